// UUIDs (RFC 9562): version 7 made here, text read and written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace contacts {

using Uuid = std::array<std::uint8_t, 16>;

// Version 7, strictly ascending from one generator, also within a millisecond and when the clock goes back
// (RFC 9562 6.2, method 3): 48 bits of Unix time in milliseconds, 12 bits of its fraction, 62 random bits. A
// time that is not after the last one is replaced by the last one plus a fraction's unit.
class UuidV7Generator {
  public:
    using Clock = std::uint64_t (*)();  // nanoseconds since 1970-01-01 00:00 UTC
    using Random = void (*)(std::uint8_t *to,
                            std::size_t);  // fills with bytes nobody can foretell; may throw Error

    explicit UuidV7Generator(Clock clock = SystemClock, Random random = SystemRandom)
        : clock_(clock), random_(random) {}

    Uuid Next();

    static std::uint64_t SystemClock();
    static void SystemRandom(std::uint8_t *to, std::size_t size);

  private:
    Clock clock_;
    Random random_;
    std::uint64_t last_ = 0;  // milliseconds << 12 | fraction
};

// From the one generator of this process.
Uuid NewUuidV7();

// 8-4-4-4-12, lower case.
std::string ToText(const Uuid &uuid);

// What PostgreSQL's uuid reads: 32 hexadecimal digits, a hyphen allowed after every group of four, braces
// around them or not.
std::optional<Uuid> ParseUuid(std::string_view text);

}  // namespace contacts
