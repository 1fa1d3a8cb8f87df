// vCards as records of contacts: what a card says becomes cells of the format "vcard", and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/draft.h"
#include "core/format/format.h"
#include "core/vcard/reader.h"

namespace contacts::vcard {

// The format: no product's columns, but one for everything that the directory takes from a card.
const Format &VCardFormat();

// The record of a card, with its faults: the first cell is its text, the others stand in the order of the
// format's columns. Photos, revisions and versions are dropped, what the directory has no field for is kept
// in `custom`.
Draft DraftOf(const Card &card);

// A card that failed, as it goes into an error file: with what is wrong in the property kErrorProperty.
std::string WithError(std::string_view card, std::string_view detail);

// What a card is written from. Nothing is escaped.
struct Labelled {
    std::string label;
    std::vector<std::string> values;
};
struct Person {
    std::string uid;
    std::string prefix, given, additional, family, suffix;
    std::string nickname, title, organization, unit, language, note, role;
    std::string formatted_name;  // FN, where it is none that the names give
    std::string birth_date;      // YYYY-MM-DD, or --MM-DD
    std::string birth_text;      // instead of a date
    std::vector<std::string> urls, categories;
    std::vector<Labelled> phones;     // number or what was entered, "t" if it takes messages
    std::vector<Labelled> emails;     // address
    std::vector<Labelled> addresses;  // street, street2, city, region, postal code, country
    std::vector<Labelled> socials;    // handle; the label is the network
    std::vector<std::string> other;   // property lines of the card it came from
};
// Version 4.0 (RFC 6350), lines folded and ended by CRLF but for the last.
std::string Write(const Person &person);

}  // namespace contacts::vcard
