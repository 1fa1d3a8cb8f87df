// vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350) as address books write it: bytes -> lines -> properties ->
// cards.
//
// The reader streams and holds one card, without its pictures. It is lenient where real files are not; what
// cannot be read faithfully comes back as a card with a fault, so that every card is accounted for and can be
// given back for correction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv/reader.h"
#include "core/error.h"

namespace contacts::vcard {

struct Options {
    std::string encoding = {};              // any name ICU knows; empty: detect
    std::size_t max_line_bytes = 1 << 20;   // of a property, unfolded
    std::size_t max_card_bytes = 16 << 20;  // without pictures
    std::size_t max_properties = 1 << 14;   // of a card
    std::size_t block_bytes = 64 << 10;     // of the source, read at a time
    std::size_t sample_bytes = 1 << 20;     // of the source, that decide the encoding
};

struct Parameter {
    std::string name;   // upper case; TYPE for the bare types of 2.1
    std::string value;  // without quotes
};

struct Property {
    std::int64_t line = 0;
    std::string group;  // upper case
    std::string name;   // upper case
    std::vector<Parameter> parameters;
    // Decoded from quoted-printable and from its character set; \ still escapes.
    std::string value;
    std::string text;  // the line as it was, unfolded

    // The first value of a parameter, null if it has none of this name.
    const std::string *Find(std::string_view parameter) const;
    // Whether one of the property's types is this, in any case.
    bool HasType(std::string_view type) const;
};

struct Card {
    std::int64_t line = 0;    // physical line, from 1, of its BEGIN
    std::int64_t number = 0;  // ordinal in the file, from 1
    std::vector<Property> properties;
    // The card as it was, unfolded, in UTF-8 without NUL; without pictures and what an error file added.
    std::string text;
    // bad_encoding, nul_byte, property_invalid, card_not_ended, card_not_begun, field_too_large,
    // record_too_large: the card cannot be used as it is.
    std::vector<Fault> faults;
};

// The property that an error file adds and every import ignores.
inline constexpr char kErrorProperty[] = "X-CONTACTS-ERROR";

// Whether a file that begins so is one of vCards: BEGIN:VCARD stands first, in any case and encoding.
bool IsVCard(std::string_view beginning);

class Reader {
  public:
    // Throws Error (22023) for an encoding that nobody knows.
    Reader(csv::ByteSource &source, Options options);
    ~Reader();
    Reader(const Reader &) = delete;
    Reader &operator=(const Reader &) = delete;

    // The next card, false at the end.
    bool Next(Card &card);

    const std::vector<csv::Notice> &notices() const;  // grows while reading
    std::int64_t bytes_read() const;                  // of the source, read-ahead included

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// The parts of a structured value, separated by `separator` where no \ stands before it; still escaped.
std::vector<std::string_view> SplitValue(std::string_view value, char separator);
// \n \, \; \: and \\ taken back.
std::string Unescape(std::string_view value);

}  // namespace contacts::vcard
