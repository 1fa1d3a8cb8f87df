#include "core/phone/plan/pattern.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "core/text.h"

namespace contacts::plan {
namespace {

constexpr std::uint16_t kAllDigits = (1 << 10) - 1;
// A repeat of more is none of a phone number.
constexpr int kMaxRepeat = 30;

}  // namespace

class PatternReader {
  public:
    PatternReader(std::string_view text, Pattern &pattern) : text_(text), pattern_(pattern) {}

    bool Read() {
        const auto root = Alternatives();
        if (!root || at_ != text_.size()) return false;
        pattern_.root_ = *root;
        return true;
    }

  private:
    using Kind = Pattern::Kind;
    using Index = std::optional<std::uint16_t>;

    bool Take(std::string_view expected) {
        if (!text_.substr(at_).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }

    Index Make(Pattern::Node node) {
        if (pattern_.nodes_.size() == std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
        pattern_.nodes_.push_back(std::move(node));
        return static_cast<std::uint16_t>(pattern_.nodes_.size() - 1);
    }

    Index Digits(unsigned digits) {
        return Make({.kind = Kind::kDigits, .digits = static_cast<std::uint16_t>(digits), .children = {}});
    }

    Index Alternatives() {
        Pattern::Node all{.kind = Kind::kAlternatives, .children = {}};
        do {
            const auto sequence = Sequence();
            if (!sequence) return std::nullopt;
            all.children.push_back(*sequence);
        } while (Take("|"));
        return all.children.size() == 1 ? Index(all.children[0]) : Make(std::move(all));
    }

    Index Sequence() {
        Pattern::Node all{.kind = Kind::kSequence, .children = {}};
        while (at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
            const auto item = Repeated();
            if (!item) return std::nullopt;
            all.children.push_back(*item);
        }
        return Make(std::move(all));
    }

    Index Repeated() {
        const auto item = Atom();
        if (!item) return std::nullopt;
        int min, max;
        if (Take("?")) {
            min = 0;
            max = 1;
        } else if (Take("{")) {
            const auto first = Number();
            if (!first) return std::nullopt;
            min = max = *first;
            if (Take(",")) {
                const auto second = Number();
                if (!second) return std::nullopt;
                max = *second;
            }
            if (!Take("}") || min > max || max > kMaxRepeat) return std::nullopt;
        } else {
            return item;
        }
        // Lazy and possessive repeats choose otherwise; a repeat of $ makes no sense.
        if (at_ < text_.size() && (text_[at_] == '?' || text_[at_] == '+' || text_[at_] == '{'))
            return std::nullopt;
        if (pattern_.nodes_[*item].kind == Kind::kEnd) return std::nullopt;
        return Make({.kind = Kind::kRepeat,
                     .min = static_cast<std::uint8_t>(min),
                     .max = static_cast<std::uint8_t>(max),
                     .children = {*item}});
    }

    Index Atom() {
        if (Take("\\d")) return Digits(kAllDigits);
        if (Take("$")) return Make({.kind = Kind::kEnd, .children = {}});
        if (Take("[")) return Class();
        if (Take("(?:")) {
            const auto inner = Alternatives();
            return inner && Take(")") ? inner : std::nullopt;
        }
        if (text_.substr(at_).starts_with("(?")) return std::nullopt;
        if (Take("(")) {
            if (++pattern_.groups_ > PrefixMatch::kMaxGroups) return std::nullopt;
            const int group = pattern_.groups_;
            const auto inner = Alternatives();
            if (!inner || !Take(")")) return std::nullopt;
            return Make(
                {.kind = Kind::kGroup, .group = static_cast<std::uint8_t>(group), .children = {*inner}});
        }
        if (at_ < text_.size() && IsAsciiDigit(text_[at_])) return Digits(1U << (text_[at_++] - '0'));
        return std::nullopt;
    }

    Index Class() {
        unsigned digits = 0;
        while (!Take("]")) {
            if (Take("\\d")) {
                digits |= kAllDigits;
                continue;
            }
            if (at_ == text_.size() || !IsAsciiDigit(text_[at_])) return std::nullopt;
            const int first = text_[at_++] - '0';
            int last = first;
            if (Take("-")) {
                if (at_ == text_.size() || !IsAsciiDigit(text_[at_])) return std::nullopt;
                last = text_[at_++] - '0';
            }
            if (last < first) return std::nullopt;
            for (int digit = first; digit <= last; ++digit) digits |= 1U << digit;
        }
        return digits == 0 ? std::nullopt : Digits(digits);
    }

    std::optional<int> Number() {
        int number = 0;
        const std::size_t start = at_;
        while (at_ < text_.size() && IsAsciiDigit(text_[at_]) && at_ - start < 3)
            number = number * 10 + (text_[at_++] - '0');
        return at_ == start ? std::nullopt : std::optional(number);
    }

    std::string_view text_;
    Pattern &pattern_;
    std::size_t at_ = 0;
};

std::optional<Pattern> Pattern::Of(std::string_view expression) {
    Pattern pattern;
    if (!PatternReader(expression, pattern).Read()) return std::nullopt;
    return pattern;
}

class ProgramWriter {
  public:
    ProgramWriter(const Pattern &pattern, Program &program) : pattern_(pattern), program_(program) {}

    bool Write() {
        Node(pattern_.root());
        Emit(Code::kMatch);
        program_.code_.shrink_to_fit();
        return program_.code_.size() <= kMaxInstructions;
    }

  private:
    using Code = Program::Code;
    static constexpr std::size_t kMaxInstructions = 10'000;

    std::size_t Emit(Code code, std::size_t operand = 0, int group = 0) {
        program_.code_.push_back(
            {code, static_cast<std::uint8_t>(group), static_cast<std::uint16_t>(operand)});
        return program_.code_.size() - 1;
    }
    void GoOnHere(std::size_t instruction) {
        program_.code_[instruction].operand = static_cast<std::uint16_t>(program_.code_.size());
    }

    void Node(std::uint16_t index) {
        if (program_.code_.size() > kMaxInstructions) return;
        const Pattern::Node &node = pattern_.node(index);
        switch (node.kind) {
            case Pattern::Kind::kDigits:
                Emit(Code::kDigits, node.digits);
                break;
            case Pattern::Kind::kSequence:
                for (const auto child : node.children) Node(child);
                break;
            case Pattern::Kind::kAlternatives: {
                std::vector<std::size_t> ends;
                for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
                    const std::size_t split = Emit(Code::kSplit);
                    Node(node.children[i]);
                    ends.push_back(Emit(Code::kJump));
                    GoOnHere(split);
                }
                Node(node.children.back());
                for (const std::size_t end : ends) GoOnHere(end);
                break;
            }
            case Pattern::Kind::kRepeat: {
                for (int i = 0; i < node.min; ++i) Node(node.children[0]);
                std::vector<std::size_t> splits;
                for (int i = node.min; i < node.max; ++i) {
                    splits.push_back(Emit(Code::kSplit));
                    Node(node.children[0]);
                }
                for (const std::size_t split : splits) GoOnHere(split);
                break;
            }
            case Pattern::Kind::kGroup:
                Emit(Code::kOpen, 0, node.group);
                Node(node.children[0]);
                Emit(Code::kClose, 0, node.group);
                break;
            case Pattern::Kind::kEnd:
                Emit(Code::kEnd);
                break;
        }
    }

    const Pattern &pattern_;
    Program &program_;
};

std::optional<Program> Program::Of(std::string_view expression) {
    const auto pattern = Pattern::Of(expression);
    if (!pattern) return std::nullopt;
    Program program;
    program.groups_ = pattern->groups();
    if (!ProgramWriter(*pattern, program).Write()) return std::nullopt;
    return program;
}

bool Program::MatchPrefix(std::string_view digits, PrefixMatch &match) const {
    match = PrefixMatch{};
    return Run(0, digits, 0, match);
}

bool Program::Run(std::size_t at, std::string_view digits, std::size_t position, PrefixMatch &match) const {
    for (;; ++at) {
        const Instruction &instruction = code_[at];
        switch (instruction.code) {
            case Code::kDigits:
                if (position == digits.size() || !(instruction.operand >> (digits[position] - '0') & 1))
                    return false;
                ++position;
                break;
            case Code::kSplit: {
                if (code_[at + 1].code == Code::kDigits &&
                    (position == digits.size() || !(code_[at + 1].operand >> (digits[position] - '0') & 1))) {
                    at = instruction.operand - 1U;
                    break;
                }
                const PrefixMatch before = match;
                if (Run(at + 1, digits, position, match)) return true;
                match = before;
                at = instruction.operand - 1U;
                break;
            }
            case Code::kJump:
                at = instruction.operand - 1U;
                break;
            case Code::kOpen:
                match.group[instruction.group] = digits.substr(position, 0);
                break;
            case Code::kClose: {
                std::string_view &group = match.group[instruction.group];
                group = {group.data(), static_cast<std::size_t>(digits.data() + position - group.data())};
                break;
            }
            case Code::kEnd:
                if (position != digits.size()) return false;
                break;
            case Code::kMatch:
                match.length = position;
                return true;
        }
    }
}

struct AutomatonBuilder::Graph {
    using State = Automaton::State;
    using Index = std::uint16_t;
    static constexpr std::size_t kMaxStates = 60'000;

    struct Hash {
        std::size_t operator()(const State &state) const {
            std::uint64_t hash = state.labels;
            for (const Index next : state.next) hash = (hash ^ next) * 0x9E3779B97F4A7C15ULL;
            return static_cast<std::size_t>(hash ^ hash >> 32);
        }
    };
    struct Equal {
        bool operator()(const State &a, const State &b) const {
            return a.labels == b.labels && a.next == b.next;
        }
    };

    std::vector<State> states{State{}};
    std::unordered_map<State, Index, Hash, Equal> known{{State{}, 0}};
    std::unordered_map<std::uint32_t, Index> unions;
    Index start = 0;
    bool full = false;

    Index Make(const State &state) {
        const auto [entry, is_new] = known.try_emplace(state, static_cast<Index>(states.size()));
        if (!is_new) return entry->second;
        if (states.size() >= kMaxStates) {
            full = true;
            known.erase(entry);
            return 0;
        }
        states.push_back(state);
        return entry->second;
    }

    Index Union(Index a, Index b) {
        if (a == b || b == 0) return a;
        if (a == 0) return b;
        if (full) return 0;
        if (a > b) std::swap(a, b);
        const std::uint32_t key = static_cast<std::uint32_t>(a) << 16 | b;
        if (const auto found = unions.find(key); found != unions.end()) return found->second;
        State both{{}, states[a].labels | states[b].labels};
        for (std::size_t digit = 0; digit < both.next.size(); ++digit)
            both.next[digit] = Union(states[a].next[digit], states[b].next[digit]);
        const Index result = Make(both);
        unions.emplace(key, result);
        return result;
    }

    // The state from which the node's words, each followed by what `after` accepts, are accepted.
    Index Before(const Pattern &pattern, std::uint16_t index, Index after, Index end) {
        if (full) return 0;
        const Pattern::Node &node = pattern.node(index);
        switch (node.kind) {
            case Pattern::Kind::kDigits: {
                State state;
                for (std::size_t digit = 0; digit < state.next.size(); ++digit)
                    if (node.digits >> digit & 1) state.next[digit] = after;
                return Make(state);
            }
            case Pattern::Kind::kSequence:
                for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
                    after = Before(pattern, *child, after, end);
                return after;
            case Pattern::Kind::kAlternatives: {
                Index any = 0;
                for (const auto child : node.children) any = Union(any, Before(pattern, child, after, end));
                return any;
            }
            case Pattern::Kind::kRepeat: {
                Index result = after;
                for (int i = node.min; i < node.max; ++i)
                    result = Union(after, Before(pattern, node.children[0], result, end));
                for (int i = 0; i < node.min; ++i) result = Before(pattern, node.children[0], result, end);
                return result;
            }
            case Pattern::Kind::kGroup:
                return Before(pattern, node.children[0], after, end);
            case Pattern::Kind::kEnd:
                // Where all is matched as a whole, the end is where nothing more may follow.
                if (after != end) full = true;
                return after;
        }
        return 0;
    }
};

AutomatonBuilder::AutomatonBuilder() : graph_(std::make_unique<Graph>()) {}
AutomatonBuilder::~AutomatonBuilder() = default;

bool AutomatonBuilder::Add(std::string_view expression, std::uint32_t label) {
    const auto pattern = Pattern::Of(expression);
    if (!pattern) return false;
    const auto end = graph_->Make({{}, label});
    graph_->start = graph_->Union(graph_->start, graph_->Before(*pattern, pattern->root(), end, end));
    return !graph_->full;
}

Automaton AutomatonBuilder::Build() const {
    // A state's index is higher than those it leads to, so one pass finds all that are reached, and their
    // order stays.
    const auto &states = graph_->states;
    std::vector<bool> reached(states.size());
    reached[graph_->start] = true;
    for (std::size_t i = states.size(); i-- > 0;)
        if (reached[i])
            for (const auto next : states[i].next) reached[next] = true;

    std::vector<std::uint16_t> renumbered(states.size());
    Automaton result;
    result.states_.reserve(static_cast<std::size_t>(std::count(reached.begin(), reached.end(), true)) + 1);
    for (std::size_t i = 1; i < states.size(); ++i) {
        if (!reached[i]) continue;
        Automaton::State state = states[i];
        for (auto &next : state.next) next = renumbered[next];
        renumbered[i] = static_cast<std::uint16_t>(result.states_.size());
        result.states_.push_back(state);
    }
    result.start_ = renumbered[graph_->start];
    return result;
}

}  // namespace contacts::plan
