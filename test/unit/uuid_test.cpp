#include "core/uuid.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/error.h"

namespace contacts {
namespace {

std::uint64_t now = 0;
std::uint64_t Now() {
    return now;
}
void Ones(std::uint8_t *to, std::size_t size) {
    std::memset(to, 0xFF, size);
}
void Zeros(std::uint8_t *to, std::size_t size) {
    std::memset(to, 0, size);
}
void Fails(std::uint8_t *, std::size_t) {
    throw Error(sqlstate::kInternalError, "no random values");
}

TEST(UuidV7, Layout) {
    // The example of RFC 9562, appendix A.6, has the time 2022-02-22 19:22:22 UTC.
    now = 1645557742000 * std::uint64_t{1000000};
    EXPECT_EQ(ToText(UuidV7Generator(Now, Zeros).Next()), "017f22e2-79b0-7000-8000-000000000000");
    EXPECT_EQ(ToText(UuidV7Generator(Now, Ones).Next()), "017f22e2-79b0-7000-bfff-ffffffffffff");
    now += 999999;
    EXPECT_EQ(ToText(UuidV7Generator(Now, Zeros).Next()), "017f22e2-79b0-7fff-8000-000000000000");
}

TEST(UuidV7, AscendsWithinATickAndWhenTheClockGoesBack) {
    now = 1645557742000 * std::uint64_t{1000000};
    UuidV7Generator generator(Now, Zeros);
    Uuid last = generator.Next();
    for (int i = 0; i < 20000; ++i) {  // more than the 4096 units of a millisecond
        const Uuid next = generator.Next();
        ASSERT_LT(last, next);
        last = next;
    }
    now -= std::uint64_t{3600} * 1000000000;
    for (int i = 0; i < 100; ++i) {
        const Uuid next = generator.Next();
        ASSERT_LT(last, next);
        last = next;
    }
    now += std::uint64_t{7200} * 1000000000;
    EXPECT_LT(last, generator.Next());
}

TEST(UuidV7, AFailureOfTheSourceIsAnError) {
    EXPECT_THROW(UuidV7Generator(Now, Fails).Next(), Error);
}

TEST(UuidV7, FromTheProcess) {
    Uuid last = NewUuidV7();
    for (int i = 0; i < 10000; ++i) {
        const Uuid next = NewUuidV7();
        ASSERT_LT(last, next);
        ASSERT_EQ(next[6] >> 4, 7);
        ASSERT_EQ(next[8] >> 6, 2);
        last = next;
    }
}

TEST(Uuid, Text) {
    const std::string text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    const auto uuid = ParseUuid(text);
    ASSERT_TRUE(uuid);
    EXPECT_EQ(ToText(*uuid), text);
    for (const char *form : {"017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
                             "017f22e279b07cc398c4dc0c0c07398f", "017f-22e2-79b0-7cc3-98c4-dc0c-0c07-398f"})
        EXPECT_EQ(ParseUuid(form), uuid) << form;
    for (const char *form : {"", "{}", "{", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                             "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", "017f22e2--79b0-7cc3-98c4-dc0c0c07398f",
                             "-017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f-",
                             "{017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b07cc398c4dc0c0c07398g",
                             " 017f22e279b07cc398c4dc0c0c07398f", "0-17f22e279b07cc398c4dc0c0c07398f"})
        EXPECT_FALSE(ParseUuid(form)) << form;
}

}  // namespace
}  // namespace contacts
