// Countries and languages: functions over columns, so what is unknown is NULL and never an error.
#include "pg/guard.h"

#include "core/place/country.h"
#include "core/place/language.h"

namespace {

using contacts::pg::Failure;
using contacts::pg::Guarded;
using contacts::pg::NewVarlena;
using contacts::pg::View;

// A name, or what says that there is none.
template <class Name>
Datum OrNull(FunctionCallInfo fcinfo, const Name &text) {
    fcinfo->isnull = !text;
    return text ? NewVarlena(*text) : 0;
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_country_code);
PG_FUNCTION_INFO_V1(contacts_country_name);
PG_FUNCTION_INFO_V1(contacts_language_tag);
PG_FUNCTION_INFO_V1(contacts_language_name);

Datum contacts_country_code(PG_FUNCTION_ARGS) {
    text *name = PG_GETARG_TEXT_PP(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const auto country = contacts::FindCountry(View(name));
        if (country) return NewVarlena(country->code);
        fcinfo->isnull = true;
        return 0;
    });
}

Datum contacts_country_name(PG_FUNCTION_ARGS) {
    text *code = PG_GETARG_TEXT_PP(0);
    text *locale = PG_GETARG_TEXT_PP(1);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        return OrNull(fcinfo, contacts::CountryName(View(code), View(locale)));
    });
}

Datum contacts_language_tag(PG_FUNCTION_ARGS) {
    text *name = PG_GETARG_TEXT_PP(0);
    return Guarded(fcinfo,
                   [&](Failure &) -> Datum { return OrNull(fcinfo, contacts::LanguageTag(View(name))); });
}

Datum contacts_language_name(PG_FUNCTION_ARGS) {
    text *tag = PG_GETARG_TEXT_PP(0);
    text *locale = PG_GETARG_TEXT_PP(1);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        return OrNull(fcinfo, contacts::LanguageName(View(tag), View(locale)));
    });
}
}
