#include "core/name/distance.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/name/word.h"

namespace contacts::name {

bool IsWithin(std::string_view word, std::string_view key, int limit, bool prefix) {
    const int m = static_cast<int>(std::min(word.size(), kMaxKeyBytes));
    const int n = static_cast<int>(key.size());
    if (m - n > limit || (!prefix && n - m > limit)) return false;
    constexpr int kFar = 99;
    // Rows are positions in the key, columns in the word; a row and the two before it.
    std::array<std::array<signed char, kMaxKeyBytes + 2>, 3> rows;
    for (auto &row : rows) row.fill(kFar);
    for (int j = 0; j <= std::min(m, limit); ++j)
        rows[0][static_cast<std::size_t>(j)] = static_cast<signed char>(j);
    const int last_row = std::min(n, m + limit);
    for (int i = 1; i <= last_row; ++i) {
        auto &row = rows[static_cast<std::size_t>(i % 3)];
        const auto &above = rows[static_cast<std::size_t>((i + 2) % 3)];
        const auto &above2 = rows[static_cast<std::size_t>((i + 1) % 3)];
        const int from = std::max(0, i - limit), to = std::min(m, i + limit);
        int least = kFar;
        if (from > 0) row[static_cast<std::size_t>(from - 1)] = kFar;
        for (int j = from; j <= to; ++j) {
            const auto at = static_cast<std::size_t>(j);
            int best;
            if (j == 0) {
                best = i;
            } else {
                const bool same = key[static_cast<std::size_t>(i - 1)] == word[at - 1];
                best = above[at - 1] + (same ? 0 : 1);
                if (j > from) best = std::min(best, row[at - 1] + 1);
                if (j < i + limit) best = std::min(best, above[at] + 1);
                if (i > 1 && j > 1 && key[static_cast<std::size_t>(i - 1)] == word[at - 2] &&
                    key[static_cast<std::size_t>(i - 2)] == word[at - 1] && j - 2 >= i - 2 - limit &&
                    j - 2 <= i - 2 + limit)
                    best = std::min(best, above2[at - 2] + 1);
            }
            row[at] = static_cast<signed char>(std::min(best, kFar));
            least = std::min(least, best);
        }
        if (to < m) row[static_cast<std::size_t>(to + 1)] = kFar;
        if (prefix && to == m && row[static_cast<std::size_t>(m)] <= limit) return true;
        // Two rows down a transposition may still reach over this one.
        if (least > limit) return false;
    }
    if (n > last_row) return false;
    return rows[static_cast<std::size_t>(n % 3)][static_cast<std::size_t>(m)] <= limit;
}

}  // namespace contacts::name
