// Order, sorting and hashing of values by bytes that are in them, their key: no collation, and no allocation
// for values that are not toasted. Nothing can be refused, so that what is built on it may be LEAKPROOF.
#pragma once

extern "C" {
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "port/pg_bswap.h"
#include "utils/sortsupport.h"
}

#include <algorithm>
#include <cstring>
#include <string_view>

#include "pg/guard.h"

namespace contacts::pg {

// `Key` gives the key of what is stored. Where one key is the beginning of another, it comes first.
template <std::string_view (*Key)(std::string_view)>
struct KeyOrder {
    static int compare_arguments(FunctionCallInfo fcinfo) {
        varlena *a = PG_GETARG_VARLENA_PP(0), *b = PG_GETARG_VARLENA_PP(1);
        const int order = Key(View(a)).compare(Key(View(b)));
        PG_FREE_IF_COPY(a, 0);
        PG_FREE_IF_COPY(b, 1);
        return order;
    }

    static void prepare_sort(SortSupport sort) {
        sort->comparator = compare_for_sort;
        if (!sort->abbreviate) return;
        sort->comparator = ssup_datum_unsigned_cmp;
        sort->abbrev_converter = abbreviate;
        // Making an abbreviation costs a copy of eight bytes: never worth giving up.
        sort->abbrev_abort = [](int, SortSupport) { return false; };
        sort->abbrev_full_comparator = compare_for_sort;
    }

    static Datum hash(FunctionCallInfo fcinfo) {
        varlena *stored = PG_GETARG_VARLENA_PP(0);
        const std::string_view key = Key(View(stored));
        const Datum hash =
            hash_any(reinterpret_cast<const unsigned char *>(key.data()), static_cast<int>(key.size()));
        PG_FREE_IF_COPY(stored, 0);
        return hash;
    }

    static Datum hash_extended(FunctionCallInfo fcinfo) {
        varlena *stored = PG_GETARG_VARLENA_PP(0);
        const std::string_view key = Key(View(stored));
        const Datum hash =
            hash_any_extended(reinterpret_cast<const unsigned char *>(key.data()),
                              static_cast<int>(key.size()), static_cast<uint64>(PG_GETARG_INT64(1)));
        PG_FREE_IF_COPY(stored, 0);
        return hash;
    }

  private:
    static int compare_for_sort(Datum x, Datum y, SortSupport) {
        varlena *a = PG_DETOAST_DATUM_PACKED(x), *b = PG_DETOAST_DATUM_PACKED(y);
        const int order = Key(View(a)).compare(Key(View(b)));
        if (PointerGetDatum(a) != x) pfree(a);
        if (PointerGetDatum(b) != y) pfree(b);
        return order;
    }

    // The first bytes as an unsigned number, padded with NULs: never a wrong order, and where two are equal,
    // the whole keys are compared.
    static Datum abbreviate(Datum original, SortSupport) {
        varlena *stored = PG_DETOAST_DATUM_PACKED(original);
        const std::string_view key = Key(View(stored));
        Datum prefix = 0;
        std::memcpy(&prefix, key.data(), std::min(key.size(), sizeof prefix));
        if (PointerGetDatum(stored) != original) pfree(stored);
        return DatumBigEndianToNative(prefix);
    }
};

}  // namespace contacts::pg
