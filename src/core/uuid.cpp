#include "core/uuid.h"

#include <unistd.h>
#if __has_include(<sys/random.h>)
#include <sys/random.h>
#endif

#include <chrono>
#include <cstring>

#include "core/error.h"

namespace contacts {

std::uint64_t UuidV7Generator::SystemClock() {
    using namespace std::chrono;
    return static_cast<std::uint64_t>(
        duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count());
}

void UuidV7Generator::SystemRandom(std::uint8_t *to, std::size_t size) {
    // A system call for every id would cost more than the rest of it. What a parent process holds is not used
    // in a child, where it would come a second time.
    static std::uint8_t held[256];  // as much as one call gives
    static std::size_t used = sizeof(held);
    static pid_t owner = 0;
    const auto fill = [](std::uint8_t *buffer, std::size_t bytes) {
        if (getentropy(buffer, bytes) != 0)
            throw Error(sqlstate::kInternalError, "could not generate random values");
    };
    if (size > sizeof(held)) return fill(to, size);
    const pid_t process = getpid();
    if (owner != process || sizeof(held) - used < size) {
        used = sizeof(held);
        fill(held, sizeof(held));
        owner = process;
        used = 0;
    }
    std::memcpy(to, held + used, size);
    std::memset(held + used, 0, size);
    used += size;
}

Uuid UuidV7Generator::Next() {
    const std::uint64_t nanoseconds = clock_();
    // 4096 units a millisecond are 244 ns each; the division rounds down, so the fraction stays below 4096.
    std::uint64_t time = (nanoseconds / 1000000) << 12 | ((nanoseconds % 1000000) << 12) / 1000000;
    if (time <= last_) time = last_ + 1;

    Uuid uuid;
    random_(uuid.data() + 8, 8);
    last_ = time;
    const std::uint64_t milliseconds = time >> 12;
    for (int i = 0; i < 6; ++i) uuid[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    uuid[6] = static_cast<std::uint8_t>(0x70 | ((time >> 8) & 0x0F));
    uuid[7] = static_cast<std::uint8_t>(time);
    uuid[8] = static_cast<std::uint8_t>(0x80 | (uuid[8] & 0x3F));
    return uuid;
}

Uuid NewUuidV7() {
    static UuidV7Generator generator;
    return generator.Next();
}

std::string ToText(const Uuid &uuid) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += kHex[uuid[i] >> 4];
        text += kHex[uuid[i] & 15];
    }
    return text;
}

std::optional<Uuid> ParseUuid(std::string_view text) {
    if (text.starts_with('{')) {
        if (!text.ends_with('}')) return std::nullopt;
        text = text.substr(1, text.size() - 2);
    }
    Uuid uuid;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '-') {
            // As PostgreSQL: after every fourth digit but the last, one at a time.
            if (digits == 0 || digits == 32 || digits % 4 != 0 || text[i - 1] == '-') return std::nullopt;
            continue;
        }
        const int value = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (value < 0 || digits == 32) return std::nullopt;
        uuid[digits / 2] = static_cast<std::uint8_t>(digits % 2 == 0 ? value << 4 : uuid[digits / 2] | value);
        ++digits;
    }
    if (digits != 32) return std::nullopt;
    return uuid;
}

}  // namespace contacts
