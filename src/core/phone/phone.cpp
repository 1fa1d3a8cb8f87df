#include "core/phone/phone.h"

#include <algorithm>

#include "core/text.h"

namespace contacts {
namespace {

constexpr unsigned kEnd = 0;
constexpr unsigned kExtensionMark = 1;
constexpr unsigned kZero = 2;
constexpr unsigned kNine = kZero + 9;

constexpr std::string_view kExtensionText = ";ext=";

// The half byte at `i`; kEnd after the last one.
unsigned HalfByte(std::string_view packed, std::size_t i) {
    if (i / 2 >= packed.size()) return kEnd;
    const auto byte = static_cast<unsigned char>(packed[i / 2]);
    return i % 2 == 0 ? byte >> 4 : byte & 15;
}

bool IsDigitCode(unsigned half_byte) {
    return half_byte >= kZero && half_byte <= kNine;
}

// Digits from half byte `i` on.
std::string DigitsFrom(std::string_view packed, std::size_t i) {
    std::string digits;
    for (unsigned h; IsDigitCode(h = HalfByte(packed, i)); ++i)
        digits += static_cast<char>('0' + (h - kZero));
    return digits;
}

std::size_t DigitCount(std::string_view packed) {
    std::size_t count = 0;
    while (IsDigitCode(HalfByte(packed, count))) ++count;
    return count;
}

// Digits of the calling code that `digits` begin with (ITU-T E.164: zones 1 and 7 have one digit, these have
// two, all others three); 0 if there is none.
std::size_t CountryCodeLength(std::string_view digits) {
    static constexpr std::string_view kTwoDigits[] = {
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"};
    if (digits.empty() || digits[0] == '0') return 0;
    if (digits[0] == '1' || digits[0] == '7') return 1;
    if (std::binary_search(std::begin(kTwoDigits), std::end(kTwoDigits), digits.substr(0, 2))) return 2;
    return digits.size() >= 3 ? 3 : 0;
}

}  // namespace

void Phone::Append(unsigned half_byte) {
    if (odd_)
        bytes_[size_ - 1] |= static_cast<unsigned char>(half_byte);
    else
        bytes_[size_++] = static_cast<unsigned char>(half_byte << 4);
    odd_ = !odd_;
}

bool Phone::AppendDigits(std::string_view digits) {
    for (const char c : digits) {
        if (!IsAsciiDigit(c)) return false;
        Append(kZero + static_cast<unsigned>(c - '0'));
    }
    return true;
}

std::optional<Phone> Phone::FromDigits(std::string_view digits, std::string_view extension) {
    if (digits.size() < kMinDigits || digits.size() > kMaxDigits || extension.size() > kMaxExtensionDigits)
        return std::nullopt;
    Phone phone;
    if (!phone.AppendDigits(digits)) return std::nullopt;
    if (!extension.empty()) {
        phone.Append(kExtensionMark);
        if (!phone.AppendDigits(extension)) return std::nullopt;
    }
    return phone;
}

std::optional<Phone> Phone::FromText(std::string_view text) {
    if (text.empty() || text[0] != '+') return std::nullopt;
    text.remove_prefix(1);
    const std::size_t mark = text.find(';');
    if (mark == std::string_view::npos) return FromDigits(text);
    const std::string_view parameter = text.substr(mark);
    if (!parameter.starts_with(kExtensionText) || parameter.size() == kExtensionText.size())
        return std::nullopt;
    return FromDigits(text.substr(0, mark), parameter.substr(kExtensionText.size()));
}

Result<Phone> Phone::FromPacked(std::string_view bytes) {
    const auto damaged = [](const char *detail) {
        return Fault{.code = "phone_damaged",
                     .message = "invalid binary representation of a phone number",
                     .detail = detail,
                     .hint = {},
                     .sqlstate = sqlstate::kInvalidBinaryRepresentation};
    };
    if (bytes.size() > kMaxPackedSize) return damaged("It has more bytes than any number needs.");

    const std::size_t digits = DigitCount(bytes);
    std::size_t end = digits;
    if (HalfByte(bytes, end) == kExtensionMark) {
        ++end;
        while (IsDigitCode(HalfByte(bytes, end))) ++end;
        const std::size_t extension = end - digits - 1;
        if (extension == 0 || extension > kMaxExtensionDigits)
            return damaged("An extension has 1 to 20 digits.");
    }
    if (digits < kMinDigits || digits > kMaxDigits) return damaged("A number has 2 to 20 digits.");
    // One representation for each value: the end is padding of half a byte at most, or nothing.
    if ((end + 1) / 2 != bytes.size() || HalfByte(bytes, end) != kEnd)
        return damaged("A half byte is no digit.");

    Phone phone;
    std::memcpy(phone.bytes_.data(), bytes.data(), bytes.size());
    phone.size_ = static_cast<std::uint8_t>(bytes.size());
    phone.odd_ = end % 2 == 1;
    return phone;
}

std::string Phone::digits() const {
    return DigitsFrom(packed(), 0);
}

std::size_t Phone::CopyDigits(char *out) const {
    std::size_t count = 0;
    for (unsigned h; IsDigitCode(h = HalfByte(packed(), count)); ++count)
        out[count] = static_cast<char>('0' + (h - kZero));
    return count;
}

std::string Phone::extension() const {
    const std::size_t count = DigitCount(packed());
    return HalfByte(packed(), count) == kExtensionMark ? DigitsFrom(packed(), count + 1) : std::string();
}

std::string Phone::text() const {
    std::string text;
    text.reserve(1 + kMaxDigits + kExtensionText.size() + kMaxExtensionDigits);
    text += '+';
    for (std::size_t i = 0;; ++i) {
        const unsigned h = HalfByte(packed(), i);
        if (h == kExtensionMark)
            text += kExtensionText;
        else if (IsDigitCode(h))
            text += static_cast<char>('0' + (h - kZero));
        else
            return text;
    }
}

Phone Phone::base() const {
    const std::size_t count = DigitCount(packed());
    Phone base;
    for (std::size_t i = 0; i < count; ++i) base.Append(HalfByte(packed(), i));
    return base;
}

int Phone::country_code() const {
    const std::string all = digits();
    int code = 0;
    for (const char c : std::string_view(all).substr(0, CountryCodeLength(all))) code = code * 10 + (c - '0');
    return code;
}

std::string Phone::national_number() const {
    std::string all = digits();
    const std::size_t length = CountryCodeLength(all);
    return length == 0 ? std::string() : all.substr(length);
}

namespace {

// Eight characters at once, the first in the lowest byte. Returns whether all are digits; `packed` are the
// half bytes of them, the first byte lowest.
bool PackEight(const char *text, std::uint32_t &packed) noexcept {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i)
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << 8 * i;
    const std::uint64_t digits = value ^ kEach * '0';
    // A digit has no high half now, and 6 more does not give it one.
    if (((digits | (digits + kEach * 6)) & kEach * 0xF0) != 0) return false;
    const std::uint64_t codes = digits + kEach * kZero;
    const std::uint64_t pairs = (codes << 4 | codes >> 8) & 0x00FF00FF00FF00FF;
    const std::uint64_t quads = (pairs | pairs >> 8) & 0x0000FFFF0000FFFF;
    packed = static_cast<std::uint32_t>(quads | quads >> 16);
    return true;
}

}  // namespace

std::size_t PackPhoneText(std::string_view text, unsigned char *out) noexcept {
    if (text.size() < 1 + Phone::kMinDigits || text.size() > 1 + Phone::kMaxDigits || text[0] != '+')
        return 0;
    const char *at = text.data() + 1;
    std::size_t left = text.size() - 1, size = 0;
    for (; left >= 8; at += 8, left -= 8, size += 4) {
        std::uint32_t packed;
        if (!PackEight(at, packed)) return 0;
        for (unsigned i = 0; i < 4; ++i) out[size + i] = static_cast<unsigned char>(packed >> 8 * i);
    }
    for (; left > 0; ++at, --left) {
        if (!IsAsciiDigit(*at)) return 0;
        const unsigned code = kZero + static_cast<unsigned>(*at - '0');
        if (left == 1) {
            out[size++] = static_cast<unsigned char>(code << 4);
            break;
        }
        if (!IsAsciiDigit(*++at)) return 0;
        --left;
        out[size++] = static_cast<unsigned char>(code << 4 | (kZero + static_cast<unsigned>(*at - '0')));
    }
    return size;
}

Phone Phone::last_of_line() const {
    return *FromDigits(digits(), std::string(kMaxExtensionDigits, '9'));
}

std::optional<PhonePrefixRange> PhonePrefixRange::Of(std::string_view prefix) {
    if (prefix.empty() || prefix[0] != '+' || prefix.size() > 1 + Phone::kMaxDigits) return std::nullopt;
    std::string digits(prefix.substr(1));
    if (!std::all_of(digits.begin(), digits.end(), IsAsciiDigit)) return std::nullopt;

    const auto smallest = [](std::string start) {
        if (start.size() < Phone::kMinDigits) start.resize(Phone::kMinDigits, '0');
        return *Phone::FromDigits(start);
    };
    std::string nines = digits;
    nines.resize(Phone::kMaxDigits, '9');
    PhonePrefixRange range{smallest(digits),
                           *Phone::FromDigits(nines, std::string(Phone::kMaxExtensionDigits, '9')),
                           std::nullopt};
    // The last digit counted up; a 9 carries.
    while (!digits.empty() && digits.back() == '9') digits.pop_back();
    if (!digits.empty()) {
        ++digits.back();
        range.after = smallest(digits);
    }
    return range;
}

Phone FirstPhone() {
    return *Phone::FromDigits(std::string(Phone::kMinDigits, '0'));
}

bool PhoneStartsWith(std::string_view packed, std::string_view prefix) noexcept {
    if (prefix.empty() || prefix[0] != '+') return false;
    for (std::size_t i = 1; i < prefix.size(); ++i)
        if (!IsAsciiDigit(prefix[i]) ||
            HalfByte(packed, i - 1) != kZero + static_cast<unsigned>(prefix[i] - '0'))
            return false;
    return true;
}

bool SamePhoneLine(std::string_view a, std::string_view b) noexcept {
    for (std::size_t i = 0;; ++i) {
        const unsigned x = HalfByte(a, i), y = HalfByte(b, i);
        if (x < kZero || y < kZero) return x < kZero && y < kZero;
        if (x != y) return false;
    }
}

double PhonePositionBetween(std::string_view low, std::string_view high, std::string_view packed) noexcept {
    if (packed <= low) return 0;
    if (packed >= high) return 1;
    std::size_t common = 0;
    while (HalfByte(low, common) == HalfByte(high, common)) ++common;
    const auto fraction = [common](std::string_view value) {
        constexpr int kSignificant = 14;  // what a double holds
        double result = 0, weight = 1;
        for (int i = 0; i < kSignificant; ++i) {
            weight /= kNine + 1;
            result += weight * HalfByte(value, common + static_cast<std::size_t>(i));
        }
        return result;
    };
    const double from = fraction(low), to = fraction(high);
    return to > from ? std::clamp((fraction(packed) - from) / (to - from), 0.0, 1.0) : 0.5;
}

}  // namespace contacts
