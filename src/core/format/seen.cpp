#include "core/format/seen.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace contacts {
namespace {

// Of a generation at first: a batch of an import, most of which are small.
constexpr std::size_t kLeastCapacity = 2048;
// Of the length of a cell, seven bits a byte.
constexpr std::size_t kMostLengthBytes = (8 * sizeof(std::size_t) + 6) / 7;

}  // namespace

std::uint64_t HashCells(std::span<const std::string> cells) {
    while (!cells.empty() && cells.back().empty()) cells = cells.first(cells.size() - 1);
    std::size_t size = 0;
    for (const std::string &cell : cells) size += kMostLengthBytes + cell.size();
    std::string bytes(size, '\0');
    char *end = bytes.data();
    for (const std::string &cell : cells) {
        std::size_t length = cell.size();
        for (; length > 0x7F; length >>= 7) *end++ = static_cast<char>(0x80 | (length & 0x7F));
        *end++ = static_cast<char>(length);
        end = std::copy(cell.begin(), cell.end(), end);
    }
    bytes.resize(static_cast<std::size_t>(end - bytes.data()));
    std::uint64_t hash = std::hash<std::string_view>()(bytes);
    if constexpr (sizeof(std::size_t) < sizeof hash) {
        bytes.insert(0, 1, '\xFF');  // a hash of its own for the other half
        hash = hash << 32 | std::hash<std::string_view>()(bytes);
    }
    return std::max<std::uint64_t>(hash, 1);
}

const SeenRecords::Slot &SeenRecords::Generation::At(std::uint64_t hash) const {
    // The upper half of the hash as a fraction of the slots, whose number is no power of two.
    std::size_t i = static_cast<std::size_t>((hash >> 32) * slots.size() >> 32);
    while (slots[i].hash != 0 && slots[i].hash != hash) i = i + 1 < slots.size() ? i + 1 : 0;
    return slots[i];
}

const SeenRecords::Slot *SeenRecords::Generation::Find(std::uint64_t hash) const {
    if (slots.empty()) return nullptr;
    const Slot &slot = At(hash);
    return slot.hash == 0 ? nullptr : &slot;
}

void SeenRecords::Generation::Clear(std::size_t capacity) {
    slots.assign((capacity + 1) / 2 * 3, {});
    size = 0;
}

void SeenRecords::Generation::Add(const Slot &added) {
    At(added.hash) = added;
    ++size;
}

std::optional<std::int64_t> SeenRecords::Find(std::uint64_t hash) const {
    const Slot *found = current_.Find(hash);
    if (!found) found = previous_.Find(hash);
    return found ? std::optional(found->record) : std::nullopt;
}

void SeenRecords::Add(std::uint64_t hash, std::int64_t record) {
    if (current_.size < std::min(current_.capacity(), remembered_)) {
        Slot &slot = current_.At(hash);
        if (slot.hash != 0) return;
        slot = {hash, record};
        ++current_.size;
        return;
    }
    if (current_.Find(hash)) return;
    if (current_.size >= remembered_) {
        std::swap(current_, previous_);
        current_.Clear(remembered_);
    } else {
        Generation larger;
        larger.Clear(std::min(std::max(2 * current_.size, kLeastCapacity), remembered_));
        for (const Slot &slot : current_.slots)
            if (slot.hash != 0) larger.Add(slot);
        current_ = std::move(larger);
    }
    current_.Add({hash, record});
}

}  // namespace contacts
