// The records of a file that are told from others by their cells alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace contacts {

// A hash of all cells of a record, never 0. Where a cell ends counts; empty cells at the end do not, as in a
// ragged file.
std::uint64_t HashCells(std::span<const std::string> cells);

// The latest records of a file by the hash of their cells, in memory that the file's size does not matter to:
// two generations, of which the older is forgotten when the newer is full. The cells are not kept. Among 10
// million records, each compared with a quarter of a million, a 64-bit hash takes two for equal that are not
// with a probability of 1.5 in 10 million.
class SeenRecords {
  public:
    // So many are remembered at least, twice as many at most: 3 MB a generation.
    static constexpr std::size_t kRemembered = std::size_t{1} << 17;

    explicit SeenRecords(std::size_t remembered = kRemembered) : remembered_(remembered) {}

    // The number of the record with this hash.
    std::optional<std::int64_t> Find(std::uint64_t hash) const;

    // A record, or, where one repeats it, that it is remembered for longer.
    void Add(std::uint64_t hash, std::int64_t record);

    std::size_t bytes() const { return (current_.slots.size() + previous_.slots.size()) * sizeof(Slot); }

  private:
    struct Slot {
        std::uint64_t hash = 0;  // 0: empty
        std::int64_t record = 0;
    };
    // Open addressing with linear probing, at most two slots of three taken.
    struct Generation {
        std::vector<Slot> slots;
        std::size_t size = 0;

        std::size_t capacity() const { return slots.size() / 3 * 2; }
        // The slot of a hash, or the empty one that it may take; there are slots.
        const Slot &At(std::uint64_t hash) const;
        Slot &At(std::uint64_t hash) {
            return const_cast<Slot &>(static_cast<const Generation *>(this)->At(hash));
        }
        const Slot *Find(std::uint64_t hash) const;
        void Clear(std::size_t capacity);
        void Add(const Slot &added);
    };

    std::size_t remembered_;
    Generation current_, previous_;
};

}  // namespace contacts
