// The type contacts.email: the stored bytes are those of contacts::Email (core/email/email.h), in a varlena.
#include "pg/guard.h"

extern "C" {
#include "libpq/pqformat.h"
#include "utils/builtins.h"
}

#include <algorithm>

#include "core/email/email.h"
#include "pg/key_order.h"

namespace {

using contacts::pg::Failure;
using contacts::pg::Guarded;
using contacts::pg::NewVarlena;
using contacts::pg::View;

Datum Parse(std::string_view text, Failure &failure) {
    const auto email = contacts::ParseEmail(text);
    if (!email) return failure.Set(email.fault());
    return NewVarlena(email->stored());
}

using Order = contacts::pg::KeyOrder<contacts::StoredEmailKey>;

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_email_in);
PG_FUNCTION_INFO_V1(contacts_email_out);
PG_FUNCTION_INFO_V1(contacts_email_recv);
PG_FUNCTION_INFO_V1(contacts_email_send);
PG_FUNCTION_INFO_V1(contacts_email_try_parse);
PG_FUNCTION_INFO_V1(contacts_email_local);
PG_FUNCTION_INFO_V1(contacts_email_domain);
PG_FUNCTION_INFO_V1(contacts_email_starts_with);
PG_FUNCTION_INFO_V1(contacts_email_prefix_first);
PG_FUNCTION_INFO_V1(contacts_email_prefix_last);
PG_FUNCTION_INFO_V1(contacts_email_domain_prefix);
PG_FUNCTION_INFO_V1(contacts_email_eq);
PG_FUNCTION_INFO_V1(contacts_email_ne);
PG_FUNCTION_INFO_V1(contacts_email_lt);
PG_FUNCTION_INFO_V1(contacts_email_le);
PG_FUNCTION_INFO_V1(contacts_email_gt);
PG_FUNCTION_INFO_V1(contacts_email_ge);
PG_FUNCTION_INFO_V1(contacts_email_cmp);
PG_FUNCTION_INFO_V1(contacts_email_sortsupport);
PG_FUNCTION_INFO_V1(contacts_email_hash);
PG_FUNCTION_INFO_V1(contacts_email_hash_extended);

Datum contacts_email_in(PG_FUNCTION_ARGS) {
    const char *input = PG_GETARG_CSTRING(0);
    return Guarded(fcinfo, [&](Failure &failure) -> Datum { return Parse(input, failure); });
}

Datum contacts_email_out(PG_FUNCTION_ARGS) {
    varlena *stored = PG_GETARG_VARLENA_PP(0);
    const std::string_view text = contacts::StoredEmailText(View(stored));
    PG_RETURN_CSTRING(pnstrdup(text.data(), text.size()));
}

// Text travels, the key is made anew: a client cannot forge one.
Datum contacts_email_recv(PG_FUNCTION_ARGS) {
    auto *message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    int length;
    const char *input = pq_getmsgtext(message, message->len - message->cursor, &length);
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        return Parse({input, static_cast<std::size_t>(length)}, failure);
    });
}

Datum contacts_email_send(PG_FUNCTION_ARGS) {
    varlena *stored = PG_GETARG_VARLENA_PP(0);
    const std::string_view text = contacts::StoredEmailText(View(stored));
    StringInfoData buffer;
    pq_begintypsend(&buffer);
    pq_sendtext(&buffer, text.data(), static_cast<int>(text.size()));
    PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum contacts_email_try_parse(PG_FUNCTION_ARGS) {
    text *input = PG_GETARG_TEXT_PP(0);
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const auto email = contacts::ParseEmail(View(input));
        if (!email) {
            fcinfo->isnull = true;
            return 0;
        }
        return NewVarlena(email->stored());
    });
}

Datum contacts_email_local(PG_FUNCTION_ARGS) {
    varlena *stored = PG_GETARG_VARLENA_PP(0);
    const std::string_view part = contacts::StoredEmailLocal(View(stored));
    PG_RETURN_TEXT_P(cstring_to_text_with_len(part.data(), static_cast<int>(part.size())));
}

Datum contacts_email_domain(PG_FUNCTION_ARGS) {
    varlena *stored = PG_GETARG_VARLENA_PP(0);
    const std::string_view part = contacts::StoredEmailDomain(View(stored));
    PG_RETURN_TEXT_P(cstring_to_text_with_len(part.data(), static_cast<int>(part.size())));
}

// LEAKPROOF: a text that no address begins with has no match, whatever it is.
Datum contacts_email_starts_with(PG_FUNCTION_ARGS) {
    const std::string_view key = contacts::StoredEmailKey(View(PG_GETARG_VARLENA_PP(0)));
    const std::string_view prefix = View(PG_GETARG_TEXT_PP(1));
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const std::string folded = contacts::EmailKeyPrefix(prefix);
        return BoolGetDatum(!folded.empty() && key.starts_with(folded));
    });
}

Datum contacts_email_prefix_first(PG_FUNCTION_ARGS) {
    const std::string_view prefix = View(PG_GETARG_TEXT_PP(0));
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const std::string folded = contacts::EmailKeyPrefix(prefix);
        if (folded.empty()) fcinfo->isnull = true;
        return folded.empty() ? 0 : NewVarlena(folded);
    });
}

Datum contacts_email_prefix_last(PG_FUNCTION_ARGS) {
    const std::string_view prefix = View(PG_GETARG_TEXT_PP(0));
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        std::string folded = contacts::EmailKeyPrefix(prefix);
        if (folded.empty()) fcinfo->isnull = true;
        return folded.empty() ? 0 : NewVarlena(contacts::AfterEmailPrefix(std::move(folded)));
    });
}

// The domain as it is compared, whole or its beginning.
Datum contacts_email_domain_prefix(PG_FUNCTION_ARGS) {
    const std::string_view typed = View(PG_GETARG_TEXT_PP(0));
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        const std::string folded =
            contacts::EmailKeyPrefix("@" + std::string(typed.substr(0, contacts::kEmailMaxOctets)));
        if (folded.size() < 2) fcinfo->isnull = true;
        return folded.size() < 2 ? 0 : NewVarlena(std::string_view(folded).substr(1));
    });
}

Datum contacts_email_eq(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) == 0);
}
Datum contacts_email_ne(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) != 0);
}
Datum contacts_email_lt(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) < 0);
}
Datum contacts_email_le(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) <= 0);
}
Datum contacts_email_gt(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) > 0);
}
Datum contacts_email_ge(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(Order::compare_arguments(fcinfo) >= 0);
}
Datum contacts_email_cmp(PG_FUNCTION_ARGS) {
    PG_RETURN_INT32(std::clamp(Order::compare_arguments(fcinfo), -1, 1));
}

Datum contacts_email_sortsupport(PG_FUNCTION_ARGS) {
    Order::prepare_sort(reinterpret_cast<SortSupport>(PG_GETARG_POINTER(0)));
    PG_RETURN_VOID();
}

Datum contacts_email_hash(PG_FUNCTION_ARGS) {
    return Order::hash(fcinfo);
}
Datum contacts_email_hash_extended(PG_FUNCTION_ARGS) {
    return Order::hash_extended(fcinfo);
}
}
