// The numbering plans of the installed libphonenumber, read from the metadata that it exports. Its wire
// format is scanned once for where each territory is; what is asked of a territory is compiled when it is
// asked for the first time. Not for several threads at once: a backend is one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/phone/plan/pattern.h"

namespace contacts::plan {

// Bits of what a national number can be; kGeneral must be set, or it is nothing.
enum Label : std::uint16_t {
    kGeneral = 1 << 0,
    kPremiumRate = 1 << 1,
    kTollFree = 1 << 2,
    kSharedCost = 1 << 3,
    kVoip = 1 << 4,
    kPersonalNumber = 1 << 5,
    kPager = 1 << 6,
    kUan = 1 << 7,
    kVoicemail = 1 << 8,
    kFixedLine = 1 << 9,
    kMobile = 1 << 10,
};

enum class NumberType {
    kPremiumRate,
    kTollFree,
    kSharedCost,
    kVoip,
    kPersonalNumber,
    kPager,
    kUan,
    kVoicemail,
    kFixedLine,
    kMobile,
    kFixedLineOrMobile,
    kUnknown
};

enum class LengthCheck { kPossible, kPossibleLocally, kTooShort, kTooLong, kInvalid };

// Which numbers there are in a territory.
class Numbering {
  public:
    static constexpr std::size_t kMaxLength = 31;

    NumberType Type(std::string_view national) const;
    bool Matches(std::string_view national) const { return types_.Matching(national) & kGeneral; }
    LengthCheck CheckLength(std::size_t length) const;
    std::size_t memory() const { return sizeof *this + types_.memory(); }

  private:
    friend class TerritoryReader;
    Automaton types_;
    std::array<std::uint16_t, kMaxLength + 1> of_length_{};  // what can have a length, as Labels
    std::uint32_t lengths_ = 0, local_lengths_ = 0;          // a bit for each length
    std::size_t shortest_ = 0, longest_ = 0;
    bool same_mobile_and_fixed_line_ = false;
};

// How a territory's numbers are dialled: what may stand before the national number.
class Dialling {
  public:
    // A number from abroad without its international prefix; nothing if it has none.
    std::optional<std::string_view> WithoutInternationalPrefix(std::string_view digits) const;
    // A number without its national prefix, which may change other digits too; `digits` if it has none. Where
    // digits change, they are written to `buffer`. Nothing if it would be too long for any number.
    std::optional<std::string_view> WithoutNationalPrefix(std::string_view digits, const Numbering &numbering,
                                                          std::array<char, 64> &buffer) const;

  private:
    friend class TerritoryReader;
    std::optional<Program> international_, national_;
    std::string transform_;
};

// How a territory's numbers are written.
class Writing {
  public:
    enum class Style { kInternational, kNational, kRfc3966 };
    // Appends the national number in groups; as it is, if the plan has no format for it.
    void Append(std::string_view national, Style style, std::string &text) const;
    const std::string &extension_label() const { return extension_label_; }

  private:
    friend class TerritoryReader;
    struct Part {
        std::uint8_t min, max;
    };
    struct Format {
        std::vector<Part> groups;   // digits of each group
        std::string template_text;  // with $1 to $9
        std::string national;       // the same with the national prefix
        bool has_leading = false;   // some digits must stand at the start
    };
    struct Formats {
        std::vector<Format> list;
        Automaton leading;  // labels: a bit for each format
    };
    Formats national_, international_;
    std::string extension_label_;
};

// Numbers that only the phones of a territory can dial, in an emergency.
class Emergency {
  public:
    bool Is(std::string_view digits) const { return numbers_.Matching(digits) != 0; }

  private:
    friend class TerritoryReader;
    Automaton numbers_;
};

class Territory {
  public:
    Territory(std::string_view id, int country_code, std::string_view bytes)
        : id_(id), country_code_(country_code), bytes_(bytes) {}

    std::string_view id() const { return id_; }  // ISO 3166-1 alpha-2; "001" for none
    int country_code() const { return country_code_; }

    // Null if the metadata has something that cannot be compiled.
    const Numbering *numbering() const;
    const Dialling *dialling() const;
    const Writing *writing() const;
    const Emergency *emergency() const;
    std::size_t memory() const;

  private:
    template <class Part>
    struct Lazy {
        bool tried = false;
        std::unique_ptr<const Part> part;
    };
    template <class Part>
    const Part *Get(Lazy<Part> &lazy) const;

    std::string_view id_;
    int country_code_;
    std::string_view bytes_;
    mutable Lazy<Numbering> numbering_;
    mutable Lazy<Dialling> dialling_;
    mutable Lazy<Writing> writing_;
    mutable Lazy<Emergency> emergency_;
};

// All territories of one calling code.
class CallingCode {
  public:
    const Territory &main() const { return *territories_.front(); }

    // Where the number belongs to, as far as that can be told; a null territory if to none of them.
    struct Found {
        bool decided = false;
        const Territory *territory = nullptr;
    };
    Found Find(std::string_view national) const;

  private:
    friend class Plans;
    static constexpr std::size_t kMaxTerritories = 32;
    struct LeadingDigits {
        bool sound = true;
        std::uint32_t those_with = 0;  // a bit for each territory that has some
        Automaton automaton;
    };
    const LeadingDigits &leading() const;

    std::vector<const Territory *> territories_;  // the main one first
    std::vector<std::string_view> leading_digits_;
    mutable std::unique_ptr<const LeadingDigits> leading_;
};

class Plans {
  public:
    // Those of the installed libphonenumber; null if it does not export its metadata or they were switched
    // off.
    static const Plans *Get();
    // For tests, and for comparison with the library: whether Get() gives anything. On at the start.
    static void Enable(bool on);

    // Null if there is no such region.
    const Territory *Region(std::string_view id) const;
    // Null if the calling code is not assigned.
    const CallingCode *Code(int country_code) const {
        const std::uint16_t index = country_code < kCodes ? code_index_[country_code] : 0;
        return index == 0 ? nullptr : &codes_[index - 1U];
    }
    // The calling code that `digits` begin with; the number of its digits in `length`.
    const CallingCode *CodeOf(std::string_view digits, std::size_t &length) const;
    // Bytes that were compiled so far.
    std::size_t memory() const;

  private:
    static constexpr int kCodes = 1000;
    static std::unique_ptr<const Plans> Read(std::string_view metadata);

    std::vector<Territory> territories_;
    std::vector<CallingCode> codes_;
    std::array<std::uint16_t, kCodes> code_index_{};
    std::array<std::uint16_t, 26 * 26> region_index_{};
};

}  // namespace contacts::plan
