// Folding names: what a contact's search document and a query cost, by script.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "core/name/distance.h"
#include "core/name/name.h"
#include "core/name/query.h"

namespace {

using contacts::name::DocumentText;

DocumentText Text(const char *first, const char *last) {
    DocumentText text;
    text.names[DocumentText::kFirst] = first;
    text.names[DocumentText::kLast] = last;
    text.others[0] = "Head of Support";
    text.others[1] = "Purchasing";
    text.others[2] = "Acme Industries Ltd";
    return text;
}

void BM_Document(benchmark::State &state, const char *first, const char *last) {
    const DocumentText text = Text(first, last);
    for (auto _ : state) benchmark::DoNotOptimize(contacts::name::SearchKeys(text));
}
BENCHMARK_CAPTURE(BM_Document, Ascii, "James", "Moore-Clarke");
BENCHMARK_CAPTURE(BM_Document, LatinSeenBefore, "Jürgen", "Müller");
BENCHMARK_CAPTURE(BM_Document, CyrillicSeenBefore, "Фёдор", "Соловьёв");
BENCHMARK_CAPTURE(BM_Document, HanSeenBefore, "国藩", "曾");

// A name that was not met before in every round: what ICU itself costs.
void BM_FoldNewNames(benchmark::State &state, const char *ending) {
    std::uint64_t n = 0;
    for (auto _ : state) benchmark::DoNotOptimize(contacts::name::Fold(std::to_string(n++) + ending));
}
BENCHMARK_CAPTURE(BM_FoldNewNames, Ascii, "meier");
BENCHMARK_CAPTURE(BM_FoldNewNames, Latin, "müller");
BENCHMARK_CAPTURE(BM_FoldNewNames, Cyrillic, "щукин");
BENCHMARK_CAPTURE(BM_FoldNewNames, Greek, "γιάννης");
BENCHMARK_CAPTURE(BM_FoldNewNames, Arabic, "محمد");
BENCHMARK_CAPTURE(BM_FoldNewNames, Han, "曾国藩");

void BM_Query(benchmark::State &state, const char *typed, bool tolerant) {
    contacts::name::QueryOptions options;
    options.tolerant = tolerant;
    for (auto _ : state) benchmark::DoNotOptimize(contacts::name::MakeQuery(typed, options));
}
BENCHMARK_CAPTURE(BM_Query, Ascii, "anna muller", false);
BENCHMARK_CAPTURE(BM_Query, AsciiTolerant, "anna mulelr", true);
BENCHMARK_CAPTURE(BM_Query, Latin, "Jürgen Müller", false);
BENCHMARK_CAPTURE(BM_Query, Nothing, "!?", false);

void BM_IsWithin(benchmark::State &state, const char *key) {
    for (auto _ : state) benchmark::DoNotOptimize(contacts::name::IsWithin("kowalski", key, 2, false));
}
BENCHMARK_CAPTURE(BM_IsWithin, Near, "kovalsky");
BENCHMARK_CAPTURE(BM_IsWithin, Far, "kilimanj");

}  // namespace
