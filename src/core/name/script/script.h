// The spellings of a word, by the script that it is written in; each script's rules are in a file of their
// own. Words are case-folded (NFKC_Casefold).
#pragma once

#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include "core/name/word.h"

namespace contacts::name {

WordForms LatinForms(const icu::UnicodeString &word);
WordForms CyrillicForms(const icu::UnicodeString &word);
WordForms GreekForms(icu::UnicodeString word);
WordForms HanForms(const icu::UnicodeString &word);
WordForms HangulForms(const icu::UnicodeString &word);
WordForms KanaForms(const icu::UnicodeString &word);
// Arabic, Hebrew, Syriac: vowels are hardly written.
WordForms AbjadForms(const icu::UnicodeString &word);
// Of all other scripts: those of India, Thailand, Armenia, Georgia and Ethiopia, and what ICU has a transform
// for, or none.
WordForms OtherForms(const icu::UnicodeString &word, UScriptCode script);

}  // namespace contacts::name
