#include "core/email/email.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace contacts {
namespace {

std::string Key(std::string_view text) {
    const auto email = ParseEmail(text);
    return email ? std::string(email->key()) : "fault: " + email.fault().detail;
}

std::string Code(std::string_view text) {
    const auto email = ParseEmail(text);
    return email ? "" : email.fault().code;
}

TEST(Email, KeyAloneIsStoredWhereItIsTheText) {
    const auto plain = ParseEmail("john@example.com");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->stored(), "john@example.com");
    EXPECT_EQ(plain->text(), plain->key());

    const auto typed = ParseEmail("John@Müller.de");
    ASSERT_TRUE(typed);
    EXPECT_EQ(typed->stored(), std::string("john@xn--mller-kva.de\0John@Müller.de", 38 - 1));
    EXPECT_EQ(typed->text(), "John@Müller.de");
    EXPECT_EQ(typed->key(), "john@xn--mller-kva.de");
    EXPECT_EQ(typed->local(), "John");
    EXPECT_EQ(typed->domain(), "xn--mller-kva.de");
}

TEST(Email, Keys) {
    EXPECT_EQ(Key("A.B+C@D.E"), "a.b+c@d.e");
    EXPECT_EQ(Key("\"a.b\"@c"), "a.b@c");
    EXPECT_EQ(Key("\"a..b\"@c"), "\"a..b\"@c");
    EXPECT_EQ(Key("\"a\\b c\"@D"), "\"ab c\"@d");
    EXPECT_EQ(Key("\"a@b\"@c"), "\"a@b\"@c");
    EXPECT_EQ(Key("\"\\\"\\\\\"@c"), "\"\\\"\\\\\"@c");
    EXPECT_EQ(Key("ＡＢ@x"), "ａｂ@x");
    EXPECT_EQ(Key("a@ＡＢ．de"), "a@ab.de");
    EXPECT_EQ(Key("a@faß.de"), "a@xn--fa-hia.de");  // nontransitional: not fass.de
    EXPECT_EQ(Key("ΣΊΣΥΦΟΣ@x"), Key("σίσυφος@x"));
    EXPECT_EQ(Key("e\u0301@x"), "\u00E9@x");
    EXPECT_EQ(Key("a@[001.2.3.4]"), "a@[1.2.3.4]");
    EXPECT_EQ(Key("a@[IPv6:2001:0db8:0:0:0:0:0:1]"), "a@[ipv6:2001:db8::1]");
}

// The domain's key where ICU refuses it is Punycode made here; it must be what ICU makes of what it accepts.
TEST(Email, FallbackAgreesWithRfc3492) {
    EXPECT_EQ(Key("a@\u0378.com"), "a@xn--zva.com");
    // A label that ICU refuses (hyphens in third and fourth place) sends all labels the other way.
    for (const char *domain :
         {"müller.de", "例え.テスト", "пример.испытание", "почта-1.рф", "ไทย.th", "bücher-ü.at"}) {
        SCOPED_TRACE(domain);
        const std::string by_icu = Key(std::string("a@") + domain);
        const std::string by_us = Key(std::string("a@ab--cd.") + domain);
        EXPECT_EQ("a@ab--cd." + by_icu.substr(2), by_us);
    }
}

TEST(Email, Trimming) {
    EXPECT_EQ(Key("\xEF\xBB\xBF \u00A0a@b\u200B\u200E\r\n"), "a@b");
    EXPECT_EQ(ParseEmail("  A@b ")->text(), "A@b");
}

TEST(Email, Faults) {
    EXPECT_EQ(Code(""), "email_empty");
    EXPECT_EQ(Code(" \u200B "), "email_empty");
    EXPECT_EQ(Code("a"), "email_invalid");
    EXPECT_EQ(Code("a@b@c"), "email_invalid");
    EXPECT_EQ(Code("\xFF@b"), "email_invalid");
    EXPECT_EQ(Code("a@\xC3"), "email_invalid");
    EXPECT_EQ(Code(std::string_view("a\0b@c", 5)), "email_invalid");
    EXPECT_EQ(Code(std::string_view("a@b\0c", 5)), "email_invalid");
    EXPECT_EQ(Code("\u200Ca@b"), "");  // trimmed
    EXPECT_EQ(Code("a\u200C@b"), "email_invalid");
    EXPECT_EQ(Code("ن\u200Cن@b"), "");
    EXPECT_EQ(Code(std::string(65, 'a') + "@b"), "email_invalid");
    EXPECT_EQ(Code(std::string(300, 'a')), "email_too_long");
    EXPECT_EQ(Code(std::string(1 << 20, 'a') + "@b"), "email_too_long");
    EXPECT_EQ(Code(std::string_view("a@[IPv6:::1\0]", 13)), "email_invalid");
    EXPECT_EQ(Code("a@[]"), "email_invalid");
    EXPECT_EQ(Code("a@["), "email_invalid");
    EXPECT_EQ(Code("a@[1.2.3.4.5]"), "email_invalid");
    EXPECT_EQ(Code("a@[1.2.3.]"), "email_invalid");
    EXPECT_EQ(Code("a@[1.2.3.1234]"), "email_invalid");
    EXPECT_EQ(Code("a@[tag:x]"), "email_invalid");
    EXPECT_EQ(Code("\""), "email_invalid");
    EXPECT_EQ(Code("\"\\"), "email_invalid");
    EXPECT_EQ(Code("\"a\""), "email_invalid");
    EXPECT_EQ(Code("a\u037E@b"), "email_invalid");  // canonically equal to a semicolon
    EXPECT_EQ(Code("a@b\u037E"), "email_invalid");
}

TEST(Email, Limits) {
    const std::string label(63, 'b');
    EXPECT_EQ(Code("a@" + label), "");
    EXPECT_EQ(Code("a@b" + label), "email_invalid");
    const std::string domain = label + '.' + label + '.' + label;  // 191
    EXPECT_EQ(Code(std::string(62, 'a') + '@' + domain), "");      // 254
    EXPECT_EQ(Code(std::string(63, 'a') + '@' + domain), "email_too_long");
    // A label is measured as it travels: 40 kana are 120 octets of UTF-8 but 45 of Punycode.
    std::string kana;
    for (int i = 0; i < 40; ++i) kana += "あ";
    EXPECT_EQ(Code("a@" + kana + ".jp"), "");
}

// An address in lower case takes a shorter way than one with a capital letter.
TEST(Email, LowerCaseIsReadByTheSameRules) {
    std::mt19937 random(1);
    const std::string characters = "ab9-_+.@ab9..@xyz";
    int good = 0;
    const auto compare = [&](const std::string &text) {
        std::string capital = text;
        const std::size_t letter = capital.find_first_of("abxyz");
        if (letter == std::string::npos) return;
        capital[letter] = static_cast<char>(capital[letter] - 'a' + 'A');
        const auto read = ParseEmail(text), expected = ParseEmail(capital);
        ASSERT_EQ(read.ok(), expected.ok()) << text;
        if (!read.ok()) return;
        ++good;
        EXPECT_EQ(read->key(), expected->key());
        EXPECT_EQ(read->stored(), text);
    };
    for (int i = 0; i < 200000; ++i) {
        std::string text;
        for (std::size_t length = random() % 12; length > 0; --length)
            text += characters[random() % characters.size()];
        compare(text);
        compare("a" + text + "@b.c" + text);
    }
    EXPECT_GT(good, 1000);
    for (const std::size_t local : {1, 63, 64, 65})
        for (const std::size_t label : {1, 62, 63, 64})
            for (const std::size_t last : {1, 62, 63, 64})
                for (const std::size_t labels : {0, 1, 2}) {
                    std::string text = std::string(local, 'a') + '@';
                    for (std::size_t i = 0; i < labels; ++i) text += std::string(label, 'b') + '.';
                    compare(text + std::string(last, 'x'));
                    compare(text + "9-" + std::string(last, '9'));
                }
}

// What was printed reads again with the same key, whatever it is.
TEST(Email, PrintedReadsAgain) {
    for (const char *text :
         {"a@b", "A@B", "\"A b\"@c", "Jörg@Müller.de", "a@\u0378.com", "a@xn--a.com", "a@a\u05D0b.com",
          "\u0378@b", "a@[IPv6:::FFFF:1.2.3.4]", "用户@例え。テスト", "a@-ü"}) {
        const auto once = ParseEmail(text);
        if (!once) continue;
        const auto again = ParseEmail(once->text());
        ASSERT_TRUE(again) << text;
        EXPECT_EQ(once->stored(), again->stored());
        const auto key = ParseEmail(once->key());
        ASSERT_TRUE(key) << text;
        EXPECT_EQ(key->key(), once->key());
    }
}

TEST(Email, FromStored) {
    for (const char *text : {"a@b", "A@b", "\"x@y\"@Z"}) {
        const auto email = ParseEmail(text);
        ASSERT_TRUE(email);
        const auto read = Email::FromStored(email->stored());
        ASSERT_TRUE(read);
        EXPECT_EQ(read->text(), text);
        EXPECT_TRUE(*read == *email);
    }
    for (const std::string_view bad :
         {std::string_view(""), std::string_view("a"), std::string_view("@b"), std::string_view("a@"),
          std::string_view("a@b\0", 4), std::string_view("a@b\0a@b", 7), std::string_view("\0a@b", 4),
          std::string_view("a@b\0A@b\0", 8)})
        EXPECT_FALSE(Email::FromStored(bad));
}

}  // namespace
}  // namespace contacts
