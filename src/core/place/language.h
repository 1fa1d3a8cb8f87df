// Languages by name or code: BCP 47.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace contacts {

// The canonical BCP 47 tag of an English language name (`Simplified Chinese`, `Portuguese (Brazil)`), of the
// language's own name (`Deutsch`), or of a tag in any case (`ZH-hans`, `pt_br`). Fault: language_invalid.
Result<std::string> LanguageTag(std::string_view text);

}  // namespace contacts
