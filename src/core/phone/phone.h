// A phone number as a value: its digits with the country calling code (ITU-T E.164) and an optional
// extension. Knows no numbering plan, so that what was stored once reads, prints and compares the same for
// ever.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace contacts {

// Packed two digits a byte, high half first: a half byte holds 0 for the end, 1 for the mark before the
// extension, 2 to 11 for the digits 0 to 9. So memcmp (the shorter first) is the order of the digits: a
// number, the same with an extension, longer numbers that start with it.
class Phone {
  public:
    // libphonenumber makes calling codes of up to 3 and national numbers of up to 17 digits; RFC 3966
    // extensions of up to 20.
    static constexpr std::size_t kMinDigits = 2;
    static constexpr std::size_t kMaxDigits = 20;
    static constexpr std::size_t kMaxExtensionDigits = 20;
    static constexpr std::size_t kMaxPackedSize = (kMaxDigits + 1 + kMaxExtensionDigits + 1) / 2;

    // ASCII digits, calling code first; nothing if a digit is none or their number is out of the limits.
    static std::optional<Phone> FromDigits(std::string_view digits, std::string_view extension = {});

    // The canonical text, "+41446681800" or "+41446681800;ext=12", and nothing else.
    static std::optional<Phone> FromText(std::string_view text);

    // Checked: what comes over the wire or from a damaged page.
    static Result<Phone> FromPacked(std::string_view bytes);

    std::string_view packed() const { return {reinterpret_cast<const char *>(bytes_.data()), size_}; }

    // The canonical text; FromText reads it back.
    std::string text() const;
    // Calling code and national number, without the plus sign.
    std::string digits() const;
    // The same without a string: writes up to kMaxDigits characters to `out`, returns how many.
    std::size_t CopyDigits(char *out) const;
    // Empty if there is none.
    std::string extension() const;
    // The same number without its extension.
    Phone base() const;
    // The last one in order that is the same but for its extension.
    Phone last_of_line() const;

    // The country calling code: how many digits it has is fixed by the zones of ITU-T E.164, assigned or not.
    // 0 if the number is shorter than that or begins with 0.
    int country_code() const;
    // What follows the calling code, leading zeros included; empty if there is no calling code.
    std::string national_number() const;

    friend bool operator==(const Phone &a, const Phone &b) { return a.packed() == b.packed(); }
    friend std::strong_ordering operator<=>(const Phone &a, const Phone &b) {
        return a.packed().compare(b.packed()) <=> 0;
    }

  private:
    Phone() = default;
    void Append(unsigned half_byte);
    bool AppendDigits(std::string_view digits);

    std::array<unsigned char, kMaxPackedSize> bytes_{};
    std::uint8_t size_ = 0;
    bool odd_ = false;  // the last byte's low half is still free
};

// Packs a canonical text without an extension, "+41446681800", as Phone::FromText would; returns the size, 0
// if the text is no such. `out` has room for kMaxPackedSize bytes. For input functions, which read millions
// of them: no object is made, nothing can fail.
std::size_t PackPhoneText(std::string_view text, unsigned char *out) noexcept;

// The numbers that start with a prefix, as a range in the order of the type. All bounds are numbers
// themselves.
struct PhonePrefixRange {
    Phone first;                 // the smallest with this prefix
    Phone last;                  // the largest
    std::optional<Phone> after;  // the smallest behind them; nothing if none is

    // `prefix` is "+" and up to 20 digits; anything else is no prefix of any number.
    static std::optional<PhonePrefixRange> Of(std::string_view prefix);
};

// The smallest of all numbers.
Phone FirstPhone();

// Whether a packed number starts with `prefix` ("+" and digits); false for a prefix of any other form.
bool PhoneStartsWith(std::string_view packed, std::string_view prefix) noexcept;

// Whether both packed numbers are the same but for their extensions.
bool SamePhoneLine(std::string_view a, std::string_view b) noexcept;

// Where `packed` lies between `low` and `high`, from 0 to 1, were the digits evenly spread: for estimates of
// how many numbers are in a range.
double PhonePositionBetween(std::string_view low, std::string_view high, std::string_view packed) noexcept;

}  // namespace contacts
