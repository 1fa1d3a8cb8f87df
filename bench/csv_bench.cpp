// How fast the CSV reader reads, as a ratio to the floor: finding every line end with memchr in the same
// bytes.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "core/csv/reader.h"

namespace {

using namespace contacts::csv;

constexpr std::size_t kBytes = 32 << 20;

enum Kind { kPlain, kQuoted, kUmlauts, kCyrillic, kWindows1252, kUtf16 };

// Contacts as address books export them: names, two numbers, an address, mostly empty columns.
std::string Generate(Kind kind) {
    static constexpr std::string_view kLatin[] = {"Anna",    "Bernhard",  "Charlotte",
                                                  "Dominic", "Elisabeth", "Ferdinand"};
    static constexpr std::string_view kUmlaut[] = {"Jörg", "Bärbel", "Müller", "Weiß", "François", "Ødegård"};
    static constexpr std::string_view kRussian[] = {"Анна",    "Борис",     "Щукин",
                                                    "Дмитрий", "Елизавета", "Фёдор"};
    std::mt19937 random(1);
    std::string bytes;
    bytes.reserve(kBytes + 1024);
    const auto cell = [&](std::string_view text, bool last = false) {
        if (kind == kQuoted) bytes += '"';
        bytes += text;
        if (kind == kQuoted) bytes += '"';
        bytes += last ? "\r\n" : ",";
    };
    const auto name = [&]() -> std::string_view {
        const std::size_t which = random() % 6;
        return kind == kCyrillic                   ? kRussian[which]
               : kind == kPlain || kind == kQuoted ? kLatin[which]
                                                   : kUmlaut[which];
    };
    for (unsigned row = 0; bytes.size() < kBytes; ++row) {
        cell(name());
        cell(name());
        cell("+41 44 " + std::to_string(1000000 + random() % 9000000));
        cell(row % 2 != 0 ? "+41 79 " + std::to_string(1000000 + random() % 9000000) : "");
        cell("someone" + std::to_string(row) + "@example.com");
        cell("Customer Service Department");
        cell("");
        cell("");
        bytes += "\"Example Street 12, 8000 Town\",";
        cell("");
        cell("CH", true);
    }
    if (kind != kWindows1252 && kind != kUtf16) return bytes;
    std::string other;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        unsigned char c = static_cast<unsigned char>(bytes[i]);
        // The names have no character beyond U+00FF.
        if (c >= 0x80) c = static_cast<unsigned char>((c & 3) << 6 | (bytes[++i] & 0x3F));
        other += static_cast<char>(c);
        if (kind == kUtf16) other += '\0';
    }
    return kind == kUtf16 ? "\xFF\xFE" + other : other;
}

double Floor(const std::string &bytes) {
    const auto start = std::chrono::steady_clock::now();
    std::size_t lines = 0;
    const char *p = bytes.data();
    const char *const end = p + bytes.size();
    while ((p = static_cast<const char *>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)))) !=
           nullptr)
        ++p, ++lines;
    benchmark::DoNotOptimize(lines);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void BM_Read(benchmark::State &state) {
    const std::string bytes = Generate(static_cast<Kind>(state.range(0)));
    double floor = 0;
    double reading = 0;
    for (auto _ : state) {
        state.PauseTiming();
        floor += Floor(bytes);
        state.ResumeTiming();
        const auto start = std::chrono::steady_clock::now();
        MemorySource source(bytes);
        Reader reader(source, {});
        Record record;
        std::size_t cells = 0;
        while (reader.Next(record)) cells += record.cells.size();
        benchmark::DoNotOptimize(cells);
        reading += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
    state.counters["times_floor"] = reading / floor;
}
BENCHMARK(BM_Read)->ArgName("plain")->Arg(kPlain)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Read)->ArgName("quoted")->Arg(kQuoted)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Read)->ArgName("umlauts")->Arg(kUmlauts)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Read)->ArgName("cyrillic")->Arg(kCyrillic)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Read)->ArgName("windows_1252")->Arg(kWindows1252)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Read)->ArgName("utf_16")->Arg(kUtf16)->Unit(benchmark::kMillisecond);

// Quotes that nothing closes, or only what is far away, as a ratio to as many bytes of plain contacts. Work
// that grows with the square of the size shows as a ratio of thousands.
constexpr std::string_view kOpenQuotes[] = {"\"abc\n", "\"a,\"b,\"c\n", "\"\"b,", "\"a,",
                                            "\"a\"b,", "\"\"\"a,",      "\" ",    "\"a\"\","};

double Read(std::string_view bytes) {
    const auto start = std::chrono::steady_clock::now();
    MemorySource source(bytes);
    Reader reader(source, {.max_field_bytes = kBytes, .max_cells = kBytes, .max_record_bytes = kBytes});
    Record record;
    std::size_t cells = 0;
    while (reader.Next(record)) cells += record.cells.size();
    benchmark::DoNotOptimize(cells);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void BM_OpenQuotes(benchmark::State &state) {
    const std::string plain = Generate(kPlain).substr(0, 1 << 20);
    const std::string_view piece = kOpenQuotes[state.range(0)];
    std::string bytes;
    while (bytes.size() < plain.size()) bytes += piece;
    double floor = 0;
    double reading = 0;
    for (auto _ : state) {
        state.PauseTiming();
        floor += Read(plain);
        state.ResumeTiming();
        reading += Read(bytes);
    }
    state.counters["times_plain"] = reading / floor;
}
BENCHMARK(BM_OpenQuotes)->DenseRange(0, std::size(kOpenQuotes) - 1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
