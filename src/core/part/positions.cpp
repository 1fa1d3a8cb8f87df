#include "core/part/positions.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace contacts {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
// Beyond this the table of the search is not worth its memory.
constexpr std::size_t kMaxCells = 4'000'000;

// For each wanted entry the stored one that it stays, kNone for a new one: a longest common subsequence.
std::vector<std::size_t> MatchParts(const std::vector<StoredPart> &stored,
                                    const std::vector<std::string_view> &wanted) {
    const std::size_t rows = stored.size(), columns = wanted.size();
    std::vector<std::size_t> match(columns, kNone);
    if (rows == 0 || columns == 0 || rows > kMaxCells / columns) return match;
    const std::size_t width = columns + 1;
    std::vector<std::uint32_t> length((rows + 1) * width, 0);
    for (std::size_t i = rows; i-- > 0;)
        for (std::size_t j = columns; j-- > 0;)
            length[i * width + j] =
                stored[i].value == wanted[j]
                    ? length[(i + 1) * width + j + 1] + 1
                    : std::max(length[(i + 1) * width + j], length[i * width + j + 1]);
    for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
        if (stored[i].value == wanted[j])
            match[j++] = i++;
        else if (length[(i + 1) * width + j] >= length[i * width + j + 1])
            ++i;
        else
            ++j;
    }
    return match;
}

}  // namespace

std::vector<int> PlaceParts(const std::vector<StoredPart> &stored,
                            const std::vector<std::string_view> &wanted) {
    const std::vector<std::size_t> match = MatchParts(stored, wanted);
    std::vector<int> positions(wanted.size());
    std::size_t first_free = 0;  // of the stored entries that may follow
    int before = 0;
    for (std::size_t j = 0; j < wanted.size();) {
        if (match[j] != kNone) {
            before = positions[j] = stored[match[j]].position;
            first_free = match[j++] + 1;
            continue;
        }
        // A run of new entries, between `before` and the next one that stays.
        std::size_t end = j;
        while (end < wanted.size() && match[end] == kNone) ++end;
        const std::size_t next = end < wanted.size() ? match[end] : stored.size();
        const std::size_t run = end - j;
        if (next - first_free >= run) {  // as many go: their places
            for (std::size_t k = 0; k < run; ++k) positions[j + k] = stored[first_free + k].position;
        } else {
            const int limit =
                next < stored.size() ? stored[next].position : std::numeric_limits<int>::max();
            if (static_cast<std::int64_t>(limit) - before - 1 < static_cast<std::int64_t>(run)) {
                for (std::size_t k = 0; k < wanted.size(); ++k) positions[k] = static_cast<int>(k + 1);
                return positions;
            }
            for (std::size_t k = 0; k < run; ++k) positions[j + k] = before + static_cast<int>(k + 1);
        }
        before = positions[end - 1];
        j = end;
    }
    return positions;
}

}  // namespace contacts
