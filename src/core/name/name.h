// Names folded for comparison and search: case, accents, width, ligatures and script make no difference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contacts::name {

// The strict form: words of Latin letters and digits in lower case, one space apart; empty for text without
// any. Equal for equal names in most scripts, and one spelling only: ü is u, щ is what ISO 9 makes of it.
// Text beyond kMaxTextBytes is not read.
std::string Fold(std::string_view text);

// What a contact is found by.
struct DocumentText {
    // Words of a person's names, in the order in which they make a full name (for initials).
    static constexpr int kNames = 8;
    enum Name { kFirst, kMiddle, kLast, kPrefix, kSuffix, kNickname, kPhoneticFirst, kPhoneticLast };
    std::string_view names[kNames];
    static constexpr int kOthers = 3;  // job title, department, organization
    std::string_view others[kOthers];
};

// Sorted by bytes, distinct, without SearchVersion().
std::vector<std::string> SearchKeys(const DocumentText &text);

// "#3/icu72.1": of the rules here and of the ICU that made a document, which bears it as its first element.
// No query matches it and no index has it.
const std::string &SearchVersion();
inline constexpr char kVersionMark = '#';

}  // namespace contacts::name
