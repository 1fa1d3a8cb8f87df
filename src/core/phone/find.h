// Phone numbers in free text.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/phone/phone.h"

namespace contacts {

struct FoundPhone {
    Phone number;
    std::string raw;       // as it stands in the text
    std::size_t position;  // of its first character in the text, counted from 1
};

// Valid numbers in any notation, and possible ones that are written with a plus sign: in free text everything
// that has the length of a number is not one. In the order of the text. `region` as in ParsePhone. `poll` is
// called now and then in long texts; what it throws passes through.
Result<std::vector<FoundPhone>> FindPhones(
    std::string_view text, std::string_view region, const std::function<void()> &poll = [] {});

}  // namespace contacts
