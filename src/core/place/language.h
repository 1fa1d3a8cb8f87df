// Languages by name or code: BCP 47.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace contacts {

// The canonical BCP 47 tag of an English language name (`Simplified Chinese`, `Portuguese (Brazil)`), of the
// language's own name (`Deutsch`), or of a tag in any case (`ZH-hans`, `pt_br`). Fault: language_invalid.
Result<std::string> LanguageTag(std::string_view text);

// The name of a BCP 47 tag's language in the language of `locale`, as LanguageTag reads it back where that is
// English
// (`zh-Hans`: Simplified Chinese); nothing for a tag whose language nobody knows.
std::optional<std::string> LanguageName(std::string_view tag, std::string_view locale);

}  // namespace contacts
