// The answers of libphonenumber from compiled plans: digits in, table look-ups, no regular expression run.
// Whatever it does not decide, the caller asks libphonenumber.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/phone/plan/territory.h"

namespace contacts::plan {

// A text of which digits alone matter: they, whether a plus sign stands before them, and an extension as in
// RFC 3966.
struct Notation {
    static constexpr std::size_t kMaxDigits = 40;

    // False if the text has more in it (letters, an extension of another kind, several numbers) or too few
    // digits: it may be a number nevertheless.
    bool Read(std::string_view text);
    std::string_view all() const { return {digits.data(), size}; }

    std::array<char, kMaxDigits> digits;
    std::size_t size = 0;
    bool plus = false;
    std::string_view extension;
};

// A calling code that is assigned, and the number behind it.
struct Number {
    static constexpr std::size_t kMaxNational = 17;

    std::string_view national() const { return {digits.data(), size}; }
    int country_code() const { return code->main().country_code(); }

    const CallingCode *code = nullptr;
    std::array<char, kMaxNational> digits;
    std::size_t size = 0;
};

enum class ParseOutcome {
    kNumber,
    kUnknownCallingCode,   // or none, and no region
    kTooShortAfterPrefix,  // an international prefix, and nearly nothing behind it
    kTooShort,
    kTooLong,
    kUndecided
};

// `region` whose national notation is understood, or null.
ParseOutcome Parse(const Plans &plans, const Notation &notation, const Territory *region, Number &number);

// What could be told, and the answer.
template <class T>
struct Answer {
    bool decided = false;
    T value{};
};

// The national number as it is behind a calling code of `code`.
Answer<LengthCheck> CheckLength(const CallingCode &code, std::string_view national);
Answer<NumberType> TypeOf(const CallingCode &code, std::string_view national);
// Empty if the number belongs to no region.
Answer<std::string_view> RegionOf(const CallingCode &code, std::string_view national);
// Appends the number with its calling code, as the style wants it, and the extension if there is one. False,
// and nothing is appended, if that is not decided.
bool Format(const CallingCode &code, std::string_view national, std::string_view extension,
            Writing::Style style, std::string &text);

}  // namespace contacts::plan
