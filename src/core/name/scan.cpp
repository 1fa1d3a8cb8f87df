#include "core/name/scan.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/text.h"

namespace contacts::name {
namespace {

enum class Kind : std::uint8_t { kSeparator, kJoiner, kDropped, kApostrophe, kWord };

constexpr std::array<Kind, 128> kAscii = [] {
    std::array<Kind, 128> kinds{};
    for (int c = 0; c < 128; ++c) {
        const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        kinds[static_cast<std::size_t>(c)] = word                               ? Kind::kWord
                                             : c == '-' || c == '.' || c == '&' ? Kind::kJoiner
                                             : c == '\'' || c == '`'            ? Kind::kApostrophe
                                                                                : Kind::kSeparator;
    }
    return kinds;
}();

Kind KindOf(UChar32 c) {
    if (c < 128) return kAscii[static_cast<std::size_t>(c)];
    if ((c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x0400 && c <= 0x0481) ||
        (c >= 0x4E00 && c <= 0x9FFF))
        return Kind::kWord;
    switch (c) {
        case 0xB4:  // what keyboards and word processors put for an apostrophe
        case 0x2018:
        case 0x2019:
        case 0x201B:
        case 0x2032:
        case 0x02B9:
        case 0x02BA:
        case 0x02BB:
        case 0x02BC:
        case 0x02BD:
        case 0x02BE:
        case 0x02BF:
        case 0x02C8:
        case 0x055A:  // Armenian
        case 0x05F3:  // Hebrew geresh and gershayim
        case 0x05F4:
        case 0xA78C:  // saltillo
        case 0xFF07:
        case 0xFF40:
            return Kind::kApostrophe;
        case 0x0640:  // Arabic tatweel: only stretches a word
            return Kind::kDropped;
        case 0xB7:  // middle dots: 让·雅克, Paral·lel, ジャン・リュック
        case 0x2027:
        case 0x30FB:
        case 0xFF65:
        case 0xFF0E:
        case 0xFF06:
        case 0x30A0:
            return Kind::kJoiner;
        default:
            break;
    }
    switch (u_charType(c)) {
        case U_UPPERCASE_LETTER:
        case U_LOWERCASE_LETTER:
        case U_TITLECASE_LETTER:
        case U_MODIFIER_LETTER:
        case U_OTHER_LETTER:
        case U_NON_SPACING_MARK:
        case U_ENCLOSING_MARK:
        case U_COMBINING_SPACING_MARK:
        case U_DECIMAL_DIGIT_NUMBER:
        case U_LETTER_NUMBER:
        case U_OTHER_NUMBER:
            return Kind::kWord;
        case U_FORMAT_CHAR:
            return Kind::kDropped;
        case U_DASH_PUNCTUATION:
            return Kind::kJoiner;
        default:
            return IsInvisible(static_cast<char32_t>(c)) ? Kind::kDropped : Kind::kSeparator;
    }
}

// Script of a letter as far as it ends a word; USCRIPT_COMMON for what goes with any.
UScriptCode ScriptOf(UChar32 c) {
    if (c < 128) return c >= '0' && c <= '9' ? USCRIPT_COMMON : USCRIPT_LATIN;
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(c, &status);
    if (U_FAILURE(status) || script == USCRIPT_INHERITED) return USCRIPT_COMMON;
    return script;
}

}  // namespace

TextScanner::TextScanner(std::string_view text) : text_(text) {
    if (text_.size() > kMaxTextBytes) {
        std::size_t end = kMaxTextBytes;
        while (end > 0 && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) --end;
        text_ = text_.substr(0, end);
    }
    ascii_ =
        std::all_of(text_.begin(), text_.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool TextScanner::NextAscii(Part &part) {
    word_.clear();
    part.after_apostrophe = 0;
    part.ascii = true;
    const std::size_t size = text_.size();
    for (; at_ < size; ++at_) {
        const char c = text_[at_];
        switch (kAscii[static_cast<unsigned char>(c)]) {
            case Kind::kWord:
                word_ += ToLowerAscii(c);
                continue;
            case Kind::kApostrophe:
                if (!word_.empty()) part.after_apostrophe = word_.size();
                continue;
            case Kind::kDropped:
                continue;
            case Kind::kSeparator:
            case Kind::kJoiner:
                break;
        }
        if (!word_.empty()) break;
        if (kAscii[static_cast<unsigned char>(c)] == Kind::kSeparator) new_compound_ = true;
    }
    if (word_.empty()) return false;
    part.word = word_;
    part.begins_compound = new_compound_;
    new_compound_ = false;
    return true;
}

bool TextScanner::Next(Part &part) {
    if (ascii_) return NextAscii(part);
    word_.clear();
    part.after_apostrophe = 0;
    part.ascii = true;
    UScriptCode word_script = USCRIPT_COMMON;
    const char *end = text_.data() + text_.size();
    while (at_ < text_.size()) {
        const char *p = text_.data() + at_;
        const std::size_t length = Utf8Length(p, end);
        if (length == 0) {  // no UTF-8: a separator
            if (!word_.empty()) break;
            new_compound_ = true;
            ++at_;
            continue;
        }
        const auto c = static_cast<UChar32>(Utf8Character(p, length));
        const Kind kind = KindOf(c);
        if (kind == Kind::kWord) {
            const UScriptCode script = ScriptOf(c);
            // Kana and Han apart too: what follows 高橋 in kana has a reading, 高橋 has none.
            const bool both_kana = (script == USCRIPT_HIRAGANA && word_script == USCRIPT_KATAKANA) ||
                                   (script == USCRIPT_KATAKANA && word_script == USCRIPT_HIRAGANA);
            if (script != USCRIPT_COMMON) {
                if (word_script != USCRIPT_COMMON && script != word_script && !both_kana) break;
                word_script = script;
            }
            const int digit = c < 128 ? -1 : u_charDigitValue(c);
            if (digit >= 0) {
                word_ += static_cast<char>('0' + digit);
            } else if (c < 128) {
                word_ += ToLowerAscii(static_cast<char>(c));
            } else {
                word_.append(p, length);
                part.ascii = false;
            }
        } else if (kind == Kind::kApostrophe) {
            if (!word_.empty()) part.after_apostrophe = word_.size();
        } else if (kind != Kind::kDropped) {
            if (!word_.empty()) break;
            if (kind == Kind::kSeparator) new_compound_ = true;
        }
        at_ += length;
    }
    if (word_.empty()) return false;
    part.word = word_;
    part.begins_compound = new_compound_;
    new_compound_ = false;
    return true;
}

}  // namespace contacts::name
