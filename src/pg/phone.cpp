// The type contacts.phone and its functions.
#include "pg/phone.h"

extern "C" {
#include "access/htup_details.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
}

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/phone/find.h"
#include "core/phone/metadata.h"
#include "core/phone/parse.h"
#include "core/phone/typed.h"
#include "pg/key_order.h"
#include "pg/settings.h"

using contacts::Error;
using contacts::Fault;
using contacts::FindPhones;
using contacts::FormatPhone;
using contacts::FoundPhone;
using contacts::ParsePhone;
using contacts::Phone;
using contacts::PhonePrefixRange;
using contacts::Quoted;
using contacts::ReadPhone;
using contacts::pg::Allocate;
using contacts::pg::Call;
using contacts::pg::Failure;
using contacts::pg::Guarded;
using contacts::pg::NewPhone;
using contacts::pg::NewVarlena;
using contacts::pg::StoredPhone;
using contacts::pg::View;

namespace contacts::pg {

Phone StoredPhone(const void *value) {
    const auto phone = Phone::FromPacked(View(value));
    if (!phone) throw Error(sqlstate::kDataCorrupted, "a stored phone number is damaged");
    return *phone;
}

}  // namespace contacts::pg

namespace {

// The region argument `i`, or the setting where it is NULL.
std::string_view region_argument(FunctionCallInfo fcinfo, int i) {
    return PG_ARGISNULL(i) ? std::string_view(contacts_default_region) : View(PG_GETARG_TEXT_PP(i));
}

// An unknown region that the caller did not write himself needs a word on where it is from.
Fault WithOrigin(Fault fault, bool from_setting) {
    if (from_setting && std::string_view(fault.code) == "region_unknown")
        fault.hint = "It is the value of the setting contacts.default_region.";
    return fault;
}

Datum Null(FunctionCallInfo fcinfo) {
    fcinfo->isnull = true;
    return 0;
}

Datum TextOrNull(FunctionCallInfo fcinfo, std::string_view text) {
    return text.empty() ? Null(fcinfo) : NewVarlena(text);
}

// For functions that answer NULL, never an error: they stand in policies and index conditions.
std::optional<Phone> StoredPhoneIfSound(const void *value) {
    const auto phone = Phone::FromPacked(View(value));
    if (!phone) return std::nullopt;
    return *phone;
}

std::string_view Whole(std::string_view stored) {
    return stored;
}
using Order = contacts::pg::KeyOrder<Whole>;

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_phone_in);
PG_FUNCTION_INFO_V1(contacts_phone_out);
PG_FUNCTION_INFO_V1(contacts_phone_recv);
PG_FUNCTION_INFO_V1(contacts_phone_send);

Datum contacts_phone_in(PG_FUNCTION_ARGS) {
    const std::string_view input = PG_GETARG_CSTRING(0);
    // What most files have: no C++ object is needed for it, so no guard either.
    unsigned char packed[Phone::kMaxPackedSize];
    if (const std::size_t size = contacts::PackPhoneText(input, packed); likely(size > 0)) {
        auto *result = static_cast<struct varlena *>(palloc(VARHDRSZ_SHORT + size));
        SET_VARSIZE_SHORT(result, VARHDRSZ_SHORT + size);
        std::memcpy(VARDATA_SHORT(result), packed, size);
        PG_RETURN_POINTER(result);
    }
    const std::string_view region = contacts_default_region;
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const auto phone = ReadPhone(input, region);
        if (!phone) return failure.Set(WithOrigin(phone.fault(), true));
        return NewPhone(*phone);
    });
}

Datum contacts_phone_out(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const std::string text = StoredPhone(value).text();
        char *result = static_cast<char *>(Allocate(text.size() + 1));
        std::memcpy(result, text.c_str(), text.size() + 1);
        return CStringGetDatum(result);
    });
}

// The packed bytes, which have no byte order.
Datum contacts_phone_recv(PG_FUNCTION_ARGS) {
    auto *message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int length = message->len - message->cursor;
    const std::string_view bytes(pq_getmsgbytes(message, length), static_cast<std::size_t>(length));
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const auto phone = Phone::FromPacked(bytes);
        if (!phone) return failure.Set(phone.fault());
        return NewPhone(*phone);
    });
}

Datum contacts_phone_send(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    StringInfoData message;
    pq_begintypsend(&message);
    pq_sendbytes(&message, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
    PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

// Comparison.

PG_FUNCTION_INFO_V1(contacts_phone_eq);
PG_FUNCTION_INFO_V1(contacts_phone_ne);
PG_FUNCTION_INFO_V1(contacts_phone_lt);
PG_FUNCTION_INFO_V1(contacts_phone_le);
PG_FUNCTION_INFO_V1(contacts_phone_gt);
PG_FUNCTION_INFO_V1(contacts_phone_ge);
PG_FUNCTION_INFO_V1(contacts_phone_cmp);
PG_FUNCTION_INFO_V1(contacts_phone_sortsupport);
PG_FUNCTION_INFO_V1(contacts_phone_hash);
PG_FUNCTION_INFO_V1(contacts_phone_hash_extended);

Datum contacts_phone_eq(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) == 0);
}
Datum contacts_phone_ne(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) != 0);
}
Datum contacts_phone_lt(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) < 0);
}
Datum contacts_phone_le(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) <= 0);
}
Datum contacts_phone_gt(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) > 0);
}
Datum contacts_phone_ge(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) >= 0);
}
Datum contacts_phone_cmp(PG_FUNCTION_ARGS) {
    PG_RETURN_INT32(std::clamp(Order::compare_arguments(fcinfo), -1, 1));
}

Datum contacts_phone_sortsupport(PG_FUNCTION_ARGS) {
    Order::prepare_sort(reinterpret_cast<SortSupport>(PG_GETARG_POINTER(0)));
    PG_RETURN_VOID();
}

Datum contacts_phone_hash(PG_FUNCTION_ARGS) {
    return Order::hash(fcinfo);
}
Datum contacts_phone_hash_extended(PG_FUNCTION_ARGS) {
    return Order::hash_extended(fcinfo);
}

// LEAKPROOF: a prefix of another form matches nothing.
PG_FUNCTION_INFO_V1(contacts_phone_starts_with);
PG_FUNCTION_INFO_V1(contacts_phone_prefix_first);
PG_FUNCTION_INFO_V1(contacts_phone_prefix_last);

Datum contacts_phone_starts_with(PG_FUNCTION_ARGS) {
    const std::string_view packed = View(PG_GETARG_VARLENA_PP(0)), prefix = View(PG_GETARG_TEXT_PP(1));
    PG_RETURN_BOOL(contacts::PhoneStartsWith(packed, prefix));
}

Datum contacts_phone_prefix_first(PG_FUNCTION_ARGS) {
    const std::string_view prefix = View(PG_GETARG_TEXT_PP(0));
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const auto range = PhonePrefixRange::Of(prefix);
        return range ? NewPhone(range->first) : Null(fcinfo);
    });
}

Datum contacts_phone_prefix_last(PG_FUNCTION_ARGS) {
    const std::string_view prefix = View(PG_GETARG_TEXT_PP(0));
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const auto range = PhonePrefixRange::Of(prefix);
        return range ? NewPhone(range->last) : Null(fcinfo);
    });
}

// Reading.

PG_FUNCTION_INFO_V1(contacts_phone_parse);
PG_FUNCTION_INFO_V1(contacts_phone_try_parse);
PG_FUNCTION_INFO_V1(contacts_phone_find);

Datum contacts_phone_parse(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const std::string_view input = View(PG_GETARG_TEXT_PP(0)), region = region_argument(fcinfo, 1);
    const bool from_setting = PG_ARGISNULL(1);
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const auto phone = ParsePhone(input, region);
        if (!phone) return failure.Set(WithOrigin(phone.fault(), from_setting));
        return NewPhone(*phone);
    });
}

// LEAKPROOF: whatever the parser objects to is NULL; only memory can run out.
Datum contacts_phone_try_parse(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const std::string_view input = View(PG_GETARG_TEXT_PP(0)), region = region_argument(fcinfo, 1);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        try {
            if (const auto phone = ParsePhone(input, region)) return NewPhone(*phone);
        } catch (const std::bad_alloc &) {
            throw;
        } catch (const std::exception &) {
        }
        return Null(fcinfo);
    });
}

Datum contacts_phone_find(PG_FUNCTION_ARGS) {
    struct Row {
        Datum number, raw;
        int32 position;
    };
    struct Rows {
        std::size_t count;
        Row *row;
    } found{0, nullptr};

    InitMaterializedSRF(fcinfo, 0);
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const std::string_view document = View(PG_GETARG_TEXT_PP(0)), region = region_argument(fcinfo, 1);
    const bool from_setting = PG_ARGISNULL(1);
    Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const auto phones = FindPhones(document, region, [] { Call([] { CHECK_FOR_INTERRUPTS(); }); });
        if (!phones) return failure.Set(WithOrigin(phones.fault(), from_setting));
        found.row = static_cast<Row *>(Allocate((phones->size() + 1) * sizeof(Row)));
        for (const FoundPhone &phone : *phones)
            found.row[found.count++] = {NewPhone(phone.number), NewVarlena(phone.raw),
                                        static_cast<int32>(phone.position)};
        return 0;
    });

    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    for (std::size_t i = 0; i < found.count; ++i) {
        Datum values[3] = {found.row[i].number, found.row[i].raw, Int32GetDatum(found.row[i].position)};
        bool nulls[3] = {false, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    PG_RETURN_NULL();
}

// Parts of a value: nothing is asked of libphonenumber.

PG_FUNCTION_INFO_V1(contacts_phone_base);
PG_FUNCTION_INFO_V1(contacts_phone_extension);
PG_FUNCTION_INFO_V1(contacts_phone_suffix);
PG_FUNCTION_INFO_V1(contacts_phone_country_code);

Datum contacts_phone_base(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const auto phone = StoredPhoneIfSound(value);
        return phone ? NewPhone(phone->base()) : Null(fcinfo);
    });
}

Datum contacts_phone_extension(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const auto phone = StoredPhoneIfSound(value);
        return phone ? TextOrNull(fcinfo, phone->extension()) : Null(fcinfo);
    });
}

Datum contacts_phone_suffix(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    const int32 count = PG_GETARG_INT32(1);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const auto phone = StoredPhoneIfSound(value);
        if (!phone || count < 1) return Null(fcinfo);
        const std::string digits = phone->digits();
        const auto length = std::min(digits.size(), static_cast<std::size_t>(count));
        return NewVarlena(std::string_view(digits).substr(digits.size() - length));
    });
}

Datum contacts_phone_country_code(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const auto phone = StoredPhoneIfSound(value);
        const int code = phone ? phone->country_code() : 0;
        return code == 0 ? Null(fcinfo) : Int32GetDatum(code);
    });
}

PG_FUNCTION_INFO_V1(contacts_phone_same_line);
PG_FUNCTION_INFO_V1(contacts_phone_line_last);

Datum contacts_phone_same_line(PG_FUNCTION_ARGS) {
    const std::string_view a = View(PG_GETARG_VARLENA_PP(0)), b = View(PG_GETARG_VARLENA_PP(1));
    PG_RETURN_BOOL(contacts::SamePhoneLine(a, b));
}

Datum contacts_phone_line_last(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const auto phone = StoredPhoneIfSound(value);
        return phone ? NewPhone(phone->last_of_line()) : Null(fcinfo);
    });
}

// What is being typed. LEAKPROOF: any text has an answer.

PG_FUNCTION_INFO_V1(contacts_phone_prefixes);
PG_FUNCTION_INFO_V1(contacts_phone_digits);

Datum contacts_phone_prefixes(PG_FUNCTION_ARGS) {
    constexpr int kMost = 4;
    Datum prefixes[kMost];
    int count = 0;
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const std::string_view input = View(PG_GETARG_TEXT_PP(0)), region = region_argument(fcinfo, 1);
    Guarded(fcinfo, [&](Failure &) -> Datum {
        try {
            for (const std::string &prefix : contacts::TypedPhonePrefixes(input, region))
                if (count < kMost) prefixes[count++] = NewVarlena(prefix);
        } catch (const std::bad_alloc &) {
            throw;
        } catch (const std::exception &) {
        }
        return 0;
    });
    PG_RETURN_ARRAYTYPE_P(construct_array(prefixes, count, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum contacts_phone_digits(PG_FUNCTION_ARGS) {
    const std::string_view input = View(PG_GETARG_TEXT_PP(0));
    return Guarded(fcinfo,
                   [&](Failure &) -> Datum { return TextOrNull(fcinfo, contacts::TypedPhoneDigits(input)); });
}

// Opinions of the installed libphonenumber.

PG_FUNCTION_INFO_V1(contacts_phone_format);
PG_FUNCTION_INFO_V1(contacts_phone_region);
PG_FUNCTION_INFO_V1(contacts_phone_type);
PG_FUNCTION_INFO_V1(contacts_phone_is_possible);
PG_FUNCTION_INFO_V1(contacts_phone_is_valid);
PG_FUNCTION_INFO_V1(contacts_phone_location);

Datum contacts_phone_format(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    const std::string_view name = View(PG_GETARG_TEXT_PP(1));
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const auto style = contacts::PhoneStyleOf(name);
        if (!style)
            return failure.Set({.code = "phone_style_unknown",
                                .message = "unknown style of a phone number: \"" + Quoted(name) + "\"",
                                .detail = {},
                                .hint = "The styles are e164, international, national and rfc3966.",
                                .sqlstate = contacts::sqlstate::kInvalidParameterValue});
        return NewVarlena(FormatPhone(StoredPhone(value), *style));
    });
}

Datum contacts_phone_region(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    return Guarded(fcinfo,
                   [&](Failure &) -> Datum { return TextOrNull(fcinfo, PhoneRegion(StoredPhone(value))); });
}

Datum contacts_phone_type(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum { return NewVarlena(PhoneType(StoredPhone(value))); });
}

Datum contacts_phone_is_possible(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    return Guarded(fcinfo,
                   [&](Failure &) -> Datum { return BoolGetDatum(IsPossiblePhone(StoredPhone(value))); });
}

Datum contacts_phone_is_valid(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    return Guarded(fcinfo,
                   [&](Failure &) -> Datum { return BoolGetDatum(IsValidPhone(StoredPhone(value))); });
}

Datum contacts_phone_location(PG_FUNCTION_ARGS) {
    const struct varlena *value = PG_GETARG_VARLENA_PP(0);
    const std::string_view locale = View(PG_GETARG_TEXT_PP(1));
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        return TextOrNull(fcinfo, PhoneLocation(StoredPhone(value), locale));
    });
}
}
