// Text as it comes out of web pages, messengers and spreadsheets carries marks that nobody sees.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contacts {

// Takes invisible characters out (soft hyphen, zero width spaces and joiners, marks and isolates of writing
// direction, byte order mark) and makes every horizontal space of Unicode an ordinary one. Nothing if the
// text is no UTF-8. With `offsets`, the offset in `text` of each byte that was kept and, last, the length of
// `text`.
std::optional<std::string> CleanPhoneText(std::string_view text, std::vector<std::size_t> *offsets = nullptr);

}  // namespace contacts
