// The form in which names of countries and languages are compared.
#pragma once

#include <string>
#include <string_view>

namespace contacts {

// Lower-case words without accents, separated by one space: width, apostrophes, points and other punctuation
// make no difference, nor do "the", "&" for "and" and "St" for "Saint"; letters that stand alone are joined
// (U. S. A.).
std::string FoldPlaceName(std::string_view name);

}  // namespace contacts
