// Where the entries of a list go when it takes the place of a stored one.
#pragma once

#include <string_view>
#include <vector>

namespace contacts {

struct StoredPart {
    int position;
    std::string_view value;
};

// One position for each of `wanted`, ascending, so that as many of `stored` (ascending positions) as possible stay
// where and as they are: what is equal and in the same order keeps its position, the rest goes in between or after.
// Where there is no room in between, all are numbered from 1 anew.
std::vector<int> PlaceParts(const std::vector<StoredPart> &stored,
                            const std::vector<std::string_view> &wanted);

}  // namespace contacts
