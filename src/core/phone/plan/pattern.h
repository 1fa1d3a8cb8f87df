// The regular expressions of numbering plans: digits, \d, classes, groups, alternatives, ?, {n}, {n,m} and,
// at an end, $. They are compiled in two ways. A Program finds out how a prefix matches, groups included,
// with the choices that a backtracking matcher makes. An Automaton decides membership for many expressions at
// once, one table look-up a digit: their languages are finite, so it is an acyclic graph without cycles or
// choices.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace contacts::plan {

// An expression as a tree. Nodes refer to others by their index.
class Pattern {
  public:
    enum class Kind : std::uint8_t { kDigits, kSequence, kAlternatives, kRepeat, kGroup, kEnd };
    struct Node {
        Kind kind;
        std::uint16_t digits = 0;             // kDigits: a bit for each digit
        std::uint8_t min = 0, max = 0;        // kRepeat
        std::uint8_t group = 0;               // kGroup: its number
        std::vector<std::uint16_t> children;  // in order
    };

    // Nothing if the expression has anything but what is listed above.
    static std::optional<Pattern> Of(std::string_view expression);

    const Node &node(std::size_t index) const { return nodes_[index]; }
    std::uint16_t root() const { return root_; }
    int groups() const { return groups_; }

  private:
    friend class PatternReader;
    std::vector<Node> nodes_;
    std::uint16_t root_ = 0;
    int groups_ = 0;
};

// What a Program found: the length of the prefix that matches and, of each group, where it is in the digits.
struct PrefixMatch {
    static constexpr int kMaxGroups = 9;
    std::size_t length = 0;
    std::array<std::string_view, kMaxGroups + 1> group{};
};

class Program {
  public:
    static std::optional<Program> Of(std::string_view expression);

    // The match at the start of `digits` that a backtracking matcher finds first.
    bool MatchPrefix(std::string_view digits, PrefixMatch &match) const;
    int groups() const { return groups_; }

  private:
    friend class ProgramWriter;
    enum class Code : std::uint8_t { kDigits, kSplit, kJump, kOpen, kClose, kEnd, kMatch };
    struct Instruction {
        Code code;
        std::uint8_t group;
        std::uint16_t operand;  // digits, or where to go on: for kSplit, if what follows does not match
    };
    bool Run(std::size_t at, std::string_view digits, std::size_t position, PrefixMatch &match) const;

    std::vector<Instruction> code_;
    int groups_ = 0;
};

class Automaton {
  public:
    // The labels of all expressions that `digits` match as a whole.
    std::uint32_t Matching(std::string_view digits) const {
        std::uint32_t state = start_;
        for (const char c : digits) state = states_[state].next[c - '0'];
        return states_[state].labels;
    }
    // The labels of all expressions that some prefix of `digits` matches.
    std::uint32_t MatchingPrefix(std::string_view digits) const {
        std::uint32_t state = start_, labels = states_[state].labels;
        for (const char c : digits) {
            state = states_[state].next[c - '0'];
            if (state == 0) break;
            labels |= states_[state].labels;
        }
        return labels;
    }
    std::size_t memory() const { return states_.capacity() * sizeof(State); }

  private:
    friend class AutomatonBuilder;
    struct State {
        std::array<std::uint16_t, 10> next{};  // 0 is the state that nothing leaves
        std::uint32_t labels = 0;
    };
    std::vector<State> states_{State{}};
    std::uint16_t start_ = 0;
};

// Builds the automaton from its ends: every state is made of states that are there already, and equal ones
// are one, so it is minimal at every moment.
class AutomatonBuilder {
  public:
    AutomatonBuilder();
    ~AutomatonBuilder();
    // False if the expression is none, or there are too many states: then the automaton cannot be had.
    bool Add(std::string_view expression, std::uint32_t label);
    Automaton Build() const;

  private:
    struct Graph;
    std::unique_ptr<Graph> graph_;
};

}  // namespace contacts::plan
