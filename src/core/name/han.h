// Chinese characters to Latin letters, as ICU reads them.
#pragma once

#include <unicode/unistr.h>

namespace contacts::name {

// What the transform Han-Latin/Names of the installed ICU makes of `text`: 曾国藩 is zēng guó fān. ICU takes
// 70 ms to compile it, nearly all of them for rules that say of a character alone how it is read; here those
// are a table.
icu::UnicodeString ReadHan(const icu::UnicodeString &text);

}  // namespace contacts::name
