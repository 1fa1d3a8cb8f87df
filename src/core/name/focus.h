// What of a query to look for in the index, where it is known how frequent keys are.
//
// An index finds the rows of a rare key at once, but of a frequent one it has to read the list to tell which
// of them are on it. That costs with the list; to look at the rows costs with the rare key alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace contacts::name {

// Of the documents of a table, as a sample shows them.
struct KeyStatistics {
    struct Key {
        std::string_view key;
        double share;  // of all rows that have it
    };
    const Key *keys = nullptr;  // the most frequent ones, in the order of their bytes
    std::size_t count = 0;
    double least = 0;  // keys that are not among them have fewer rows than this share
};

// A key that so many rows have is frequent; of others nothing shows in what is made of a query.
inline constexpr double kMinFrequentRows = 10000;
inline constexpr double kMinFrequentShare = 0.001;

// The groups that few rows of a table of so many have, where it costs less to look at their rows than to look
// for frequent groups in the index, too: what the query matches, they match. Empty where nothing is gained.
std::string FocusQuery(std::string_view query, const KeyStatistics &statistics, double rows);

}  // namespace contacts::name
