// How fast the phone engine is, as ratios to libphonenumber in the same run, how often it has to ask it, and
// what the first number costs a process.
#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/phone/library.h"
#include "core/phone/metadata.h"
#include "core/phone/parse.h"
#include "core/phone/plan/territory.h"

namespace {

using namespace contacts;
using Util = library::PhoneNumberUtil;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kNumbers = 4096;  // a power of two

// Numbers as a directory of a few countries has them.
struct Sample {
    std::string text, region;
};

std::vector<Sample> Samples(Util::PhoneNumberFormat format) {
    static constexpr std::array kRegions = {"US", "DE", "CH", "GB", "FR", "IT", "HK", "AU", "BR", "JP"};
    std::mt19937 random(1);
    std::vector<Sample> samples;
    while (samples.size() < kNumbers) {
        const std::string region = kRegions[random() % kRegions.size()];
        library::PhoneNumber number;
        Library().GetExampleNumberForType(region, random() % 2 != 0 ? Util::MOBILE : Util::FIXED_LINE,
                                          &number);
        // Other last digits, the same range.
        number.set_national_number(number.national_number() / 10'000 * 10'000 + random() % 10'000);
        if (!Library().IsValidNumber(number)) continue;
        Sample sample{{}, format == Util::NATIONAL ? region : std::string()};
        Library().Format(number, format, &sample.text);
        samples.push_back(std::move(sample));
    }
    return samples;
}

bool ByEngine(const Sample &sample) {
    const auto phone = ParsePhone(sample.text, sample.region);
    return phone && IsValidPhone(*phone);
}

bool ByLibrary(const Sample &sample) {
    library::PhoneNumber number;
    return Library().Parse(sample.text, sample.region.empty() ? "ZZ" : sample.region, &number) ==
               Util::NO_PARSING_ERROR &&
           Library().IsValidNumber(number);
}

// Both in turns, so that whatever else the machine does slows both down.
template <class Ours, class Theirs>
void Compare(benchmark::State &state, Ours ours, Theirs theirs) {
    constexpr std::size_t kTurn = 256;
    std::chrono::nanoseconds our_time{0}, their_time{0};
    std::size_t i = 0;
    for (auto _ : state) {
        const auto start = Clock::now();
        for (std::size_t k = 0; k < kTurn; ++k) benchmark::DoNotOptimize(ours((i + k) % kNumbers));
        const auto middle = Clock::now();
        for (std::size_t k = 0; k < kTurn; ++k) benchmark::DoNotOptimize(theirs((i + k) % kNumbers));
        our_time += middle - start;
        their_time += Clock::now() - middle;
        i += kTurn;
    }
    const double runs = static_cast<double>(state.iterations()) * kTurn;
    state.counters["ours_ns"] = static_cast<double>(our_time.count()) / runs;
    state.counters["library_ns"] = static_cast<double>(their_time.count()) / runs;
    state.counters["times_faster"] =
        static_cast<double>(their_time.count()) / static_cast<double>(our_time.count());
}

void ParseAndValidate(benchmark::State &state, Util::PhoneNumberFormat format) {
    const auto samples = Samples(format);
    const PhoneParseCounts before = ParseCounts();
    Compare(
        state, [&](std::size_t i) { return ByEngine(samples[i]); },
        [&](std::size_t i) { return ByLibrary(samples[i]); });
    const PhoneParseCounts after = ParseCounts();
    const auto fell_back = static_cast<double>(after.by_library - before.by_library);
    state.counters["fallback_%"] =
        100 * fell_back / (fell_back + static_cast<double>(after.by_plan - before.by_plan));
}

BENCHMARK_CAPTURE(ParseAndValidate, E164, Util::E164);
BENCHMARK_CAPTURE(ParseAndValidate, International, Util::INTERNATIONAL);
BENCHMARK_CAPTURE(ParseAndValidate, National, Util::NATIONAL);
BENCHMARK_CAPTURE(ParseAndValidate, Rfc3966, Util::RFC3966);

void Write(benchmark::State &state, PhoneStyle style, Util::PhoneNumberFormat format) {
    std::vector<Phone> phones;
    std::vector<library::PhoneNumber> numbers;
    for (const Sample &sample : Samples(Util::E164)) {
        phones.push_back(*ParsePhone(sample.text, ""));
        numbers.push_back(*ToLibrary(phones.back()));
    }
    Compare(
        state, [&](std::size_t i) { return FormatPhone(phones[i], style).size(); },
        [&](std::size_t i) {
            std::string text;
            Library().Format(numbers[i], format, &text);
            return text.size();
        });
}

BENCHMARK_CAPTURE(Write, International, PhoneStyle::kInternational, Util::INTERNATIONAL);
BENCHMARK_CAPTURE(Write, National, PhoneStyle::kNational, Util::NATIONAL);
BENCHMARK_CAPTURE(Write, Rfc3966, PhoneStyle::kRfc3966, Util::RFC3966);

// Of all example numbers, every region's and type's, in the notation of the region.
void FallbackOfAllRegions(benchmark::State &state) {
    std::vector<Sample> samples;
    std::set<std::string> regions;
    Library().GetSupportedRegions(&regions);
    for (const std::string &region : regions)
        for (int type = 0; type < Util::UNKNOWN; ++type) {
            library::PhoneNumber number;
            Sample sample{{}, region};
            if (!Library().GetExampleNumberForType(region, static_cast<Util::PhoneNumberType>(type), &number))
                continue;
            Library().Format(number, Util::NATIONAL, &sample.text);
            samples.push_back(sample);
        }
    const PhoneParseCounts before = ParseCounts();
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(ByEngine(samples[i++ % samples.size()]));
    const PhoneParseCounts after = ParseCounts();
    const auto fell_back = static_cast<double>(after.by_library - before.by_library);
    state.counters["fallback_%"] =
        100 * fell_back / (fell_back + static_cast<double>(after.by_plan - before.by_plan));
    if (const plan::Plans *plans = plan::Plans::Get())
        state.counters["memory_kB"] = static_cast<double>(plans->memory()) / 1000;
}
BENCHMARK(FallbackOfAllRegions);

// The first E.164 number of a process, in a child that has used nothing yet.
template <class Use>
double FirstUse(Use use) {
    int channel[2];
    if (pipe(channel) != 0) return 0;
    const pid_t child = fork();
    if (child == 0) {
        const auto start = Clock::now();
        benchmark::DoNotOptimize(use());
        const double time = std::chrono::duration<double>(Clock::now() - start).count();
        _exit(write(channel[1], &time, sizeof time) == sizeof time ? 0 : 1);
    }
    double time = 0;
    if (read(channel[0], &time, sizeof time) != sizeof time) time = 0;
    close(channel[0]);
    close(channel[1]);
    waitpid(child, nullptr, 0);
    return time;
}

// Measured before anything else runs.
const struct FirstUses {
    std::array<Sample, 4> samples = {
        {{"+41446681800", ""}, {"+16502530000", ""}, {"+442079460018", ""}, {"+541123456789", ""}}};
    double engine = 0, library = 0;
    FirstUses() {
        constexpr int kRepeats = 5;
        engine = library = 1;
        // The slowest of the plans, and of each the fastest of some tries: what else runs is not of interest.
        double slowest = 0;
        for (const Sample &sample : samples) {
            double fastest = 1;
            for (int i = 0; i < kRepeats; ++i)
                fastest = std::min(fastest, FirstUse([&] { return ByEngine(sample); }));
            slowest = std::max(slowest, fastest);
        }
        engine = slowest;
        for (int i = 0; i < kRepeats; ++i)
            library = std::min(library, FirstUse([&] { return ByLibrary(samples[0]); }));
    }
} first_uses;

void FirstNumber(benchmark::State &state) {
    for (auto _ : state) benchmark::DoNotOptimize(first_uses.engine);
    state.counters["ours_ms"] = first_uses.engine * 1000;
    state.counters["library_ms"] = first_uses.library * 1000;
}
BENCHMARK(FirstNumber)->Iterations(1);

}  // namespace
