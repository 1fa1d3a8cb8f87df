#include "core/phone/plan/territory.h"

#include <algorithm>
#include <bit>

#include "core/text.h"

// Exported by the library, declared by no header that it installs. Weak: where a build of the library hides
// them, there are no plans, and the library is asked itself.
namespace i18n::phonenumbers {
int metadata_size() __attribute__((weak));
const void *metadata_get() __attribute__((weak));
int short_metadata_size() __attribute__((weak));
const void *short_metadata_get() __attribute__((weak));
}  // namespace i18n::phonenumbers

namespace contacts::plan {
namespace {

// Fields of libphonenumber's phonemetadata.proto.
enum CollectionField { kMetadata = 1 };
enum MetadataField {
    kGeneralDesc = 1,
    kFixedLineDesc = 2,
    kMobileDesc = 3,
    kTollFreeDesc = 4,
    kPremiumRateDesc = 5,
    kSharedCostDesc = 6,
    kPersonalNumberDesc = 7,
    kVoipDesc = 8,
    kId = 9,
    kCountryCode = 10,
    kInternationalPrefix = 11,
    kPreferredExtensionPrefix = 13,
    kNationalPrefixForParsing = 15,
    kNationalPrefixTransformRule = 16,
    kSameMobileAndFixedLinePattern = 18,
    kNumberFormat = 19,
    kIntlNumberFormat = 20,
    kPagerDesc = 21,
    kMainCountryForCode = 22,
    kLeadingDigits = 23,
    kUanDesc = 25,
    kEmergencyDesc = 27,
    kVoicemailDesc = 28
};
enum DescField { kNationalNumberPattern = 2, kPossibleLength = 9, kPossibleLengthLocalOnly = 10 };
enum FormatField { kPattern = 1, kFormat = 2, kLeadingDigitsPattern = 3, kNationalPrefixFormattingRule = 4 };

constexpr std::string_view kNonGeographical = "001";
constexpr std::string_view kUnknownRegion = "ZZ";
constexpr std::string_view kDefaultExtensionLabel = " ext. ";

// Reads a message of protocol buffers field by field.
class Message {
  public:
    explicit Message(std::string_view bytes) : bytes_(bytes) {}

    // False at the end, and where the bytes are damaged.
    bool Next() {
        std::uint64_t key;
        if (bytes_.empty() || !Varint(key)) return false;
        field_ = static_cast<int>(key >> 3);
        text_ = {};
        number_ = 0;
        switch (key & 7) {
            case 0:
                return Varint(number_);
            case 1:
                return Skip(8);
            case 2: {
                std::uint64_t size;
                if (!Varint(size) || size > bytes_.size()) return sound_ = false;
                text_ = bytes_.substr(0, static_cast<std::size_t>(size));
                bytes_.remove_prefix(static_cast<std::size_t>(size));
                return true;
            }
            case 5:
                return Skip(4);
            default:
                return sound_ = false;
        }
    }
    bool sound() const { return sound_; }
    int field() const { return field_; }
    std::string_view text() const { return text_; }
    int number() const { return static_cast<int>(number_); }

    // Values of a repeated number, packed or not.
    template <class Take>
    bool Numbers(Take take) const {
        if (text_.empty()) {
            take(number());
            return true;
        }
        Message packed(text_);
        for (std::uint64_t value; !packed.bytes_.empty(); take(static_cast<int>(value)))
            if (!packed.Varint(value)) return false;
        return true;
    }

  private:
    bool Varint(std::uint64_t &value) {
        value = 0;
        for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes_.front());
            bytes_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) return true;
        }
        return sound_ = false;
    }
    bool Skip(std::size_t size) {
        if (size > bytes_.size()) return sound_ = false;
        bytes_.remove_prefix(size);
        return true;
    }

    std::string_view bytes_, text_;
    std::uint64_t number_ = 0;
    int field_ = 0;
    bool sound_ = true;
};

// What libphonenumber takes for punctuation between digits, as far as it is ASCII.
bool IsSeparator(char c) {
    return c == '-' || c == ' ' || c == '(' || c == ')' || c == '.' || c == '/' || c == '[' || c == ']' ||
           c == 'x' || c == '~';
}

// Whether the text is made of ASCII characters that stand for themselves and of $1 to $9, each without a
// digit behind it.
bool IsPlainTemplate(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' || static_cast<unsigned char>(text[i]) >= 0x80) return false;
        if (text[i] != '$') continue;
        if (i + 1 == text.size() || text[i + 1] < '1' || text[i + 1] > '9') return false;
        if (i + 2 < text.size() && IsAsciiDigit(text[i + 2])) return false;
        ++i;
    }
    return true;
}

}  // namespace

class TerritoryReader {
  public:
    TerritoryReader(std::string_view id, std::string_view bytes) : id_(id), bytes_(bytes) {}

    bool Read(Numbering &numbering) const {
        AutomatonBuilder builder;
        std::uint16_t without_lengths = 0;
        bool sound = true;
        Message territory(bytes_);
        while (sound && territory.Next()) {
            if (territory.field() == kSameMobileAndFixedLinePattern)
                numbering.same_mobile_and_fixed_line_ = territory.number() != 0;
            const std::uint16_t label = LabelOf(territory.field());
            if (label == 0) continue;

            bool has_lengths = false;
            std::string_view pattern;
            Message desc(territory.text());
            while (sound && desc.Next()) {
                if (desc.field() == kNationalNumberPattern) {
                    pattern = desc.text();
                } else if (desc.field() == kPossibleLength) {
                    has_lengths = true;
                    sound = desc.Numbers([&](int length) {
                        if (length < 0) return;  // a type that does not exist here
                        if (length > static_cast<int>(Numbering::kMaxLength)) length = 0;
                        numbering.of_length_[static_cast<std::size_t>(length)] |= label;
                        if (label == kGeneral) numbering.lengths_ |= 1U << length;
                    });
                } else if (desc.field() == kPossibleLengthLocalOnly && label == kGeneral) {
                    sound = desc.Numbers([&](int length) {
                        if (length < 0 || length > static_cast<int>(Numbering::kMaxLength)) length = 0;
                        numbering.local_lengths_ |= 1U << length;
                    });
                }
            }
            if (!has_lengths) without_lengths |= label;
            if (!desc.sound()) return false;
            if (!pattern.empty() && !builder.Add(pattern, label)) return false;
        }
        // A length of 0 is one that does not fit into the tables.
        if (!sound || !territory.sound() || numbering.lengths_ == 0 ||
            (numbering.lengths_ | numbering.local_lengths_) & 1)
            return false;
        for (auto &labels : numbering.of_length_) labels |= without_lengths;
        numbering.shortest_ = static_cast<std::size_t>(std::countr_zero(numbering.lengths_));
        numbering.longest_ = static_cast<std::size_t>(31 - std::countl_zero(numbering.lengths_));
        numbering.types_ = builder.Build();
        return true;
    }

    bool Read(Dialling &dialling) const {
        std::string_view international, national;
        Message territory(bytes_);
        while (territory.Next()) {
            if (territory.field() == kInternationalPrefix) international = territory.text();
            if (territory.field() == kNationalPrefixForParsing) national = territory.text();
            if (territory.field() == kNationalPrefixTransformRule) dialling.transform_ = territory.text();
        }
        if (!territory.sound() || !IsPlainTemplate(dialling.transform_)) return false;
        dialling.international_ = Program::Of(international);
        if (!dialling.international_) return false;
        if (!national.empty()) {
            dialling.national_ = Program::Of(national);
            if (!dialling.national_) return false;
            for (const char c : dialling.transform_)
                if (!IsAsciiDigit(c) && c != '$') return false;
            for (std::size_t i = 0; i + 1 < dialling.transform_.size(); ++i)
                if (dialling.transform_[i] == '$' &&
                    dialling.transform_[i + 1] - '0' > dialling.national_->groups())
                    return false;
        }
        return true;
    }

    bool Read(Writing &writing) const {
        AutomatonBuilder national, international;
        writing.extension_label_ = kDefaultExtensionLabel;
        Message territory(bytes_);
        while (territory.Next()) {
            if (territory.field() == kPreferredExtensionPrefix) writing.extension_label_ = territory.text();
            if (territory.field() == kNumberFormat &&
                !ReadFormat(territory.text(), writing.national_, national))
                return false;
            if (territory.field() == kIntlNumberFormat &&
                !ReadFormat(territory.text(), writing.international_, international))
                return false;
        }
        if (!territory.sound()) return false;
        writing.national_.leading = national.Build();
        writing.international_.leading = international.Build();
        writing.national_.list.shrink_to_fit();
        writing.international_.list.shrink_to_fit();
        return true;
    }

    // From the library's other collection, of short numbers, where the territory may be missing.
    bool Read(Emergency &emergency) const {
        if (!i18n::phonenumbers::short_metadata_get || !i18n::phonenumbers::short_metadata_size) return false;
        Message collection({static_cast<const char *>(i18n::phonenumbers::short_metadata_get()),
                            static_cast<std::size_t>(i18n::phonenumbers::short_metadata_size())});
        while (collection.Next()) {
            if (collection.field() != kMetadata) continue;
            std::string_view id, pattern;
            Message territory(collection.text());
            while (territory.Next()) {
                if (territory.field() == kId) id = territory.text();
                if (territory.field() != kEmergencyDesc) continue;
                Message desc(territory.text());
                while (desc.Next())
                    if (desc.field() == kNationalNumberPattern) pattern = desc.text();
                if (!desc.sound()) return false;
            }
            if (!territory.sound()) return false;
            if (id != id_ || pattern.empty()) continue;
            AutomatonBuilder builder;
            if (!builder.Add(pattern, 1)) return false;
            emergency.numbers_ = builder.Build();
        }
        return collection.sound();
    }

  private:
    static std::uint16_t LabelOf(int field) {
        switch (field) {
            case kGeneralDesc:
                return kGeneral;
            case kFixedLineDesc:
                return kFixedLine;
            case kMobileDesc:
                return kMobile;
            case kTollFreeDesc:
                return kTollFree;
            case kPremiumRateDesc:
                return kPremiumRate;
            case kSharedCostDesc:
                return kSharedCost;
            case kPersonalNumberDesc:
                return kPersonalNumber;
            case kVoipDesc:
                return kVoip;
            case kPagerDesc:
                return kPager;
            case kUanDesc:
                return kUan;
            case kVoicemailDesc:
                return kVoicemail;
            default:
                return 0;
        }
    }

    static bool ReadFormat(std::string_view bytes, Writing::Formats &formats, AutomatonBuilder &leading) {
        constexpr std::size_t kMaxFormats = 32;
        if (formats.list.size() == kMaxFormats) return false;
        Writing::Format format;
        std::string_view pattern, rule, digits;
        Message message(bytes);
        while (message.Next()) {
            if (message.field() == kPattern) pattern = message.text();
            if (message.field() == kFormat) format.template_text = message.text();
            if (message.field() == kNationalPrefixFormattingRule) rule = message.text();
            // The last is the most exact one, and the only one that counts.
            if (message.field() == kLeadingDigitsPattern) {
                digits = message.text();
                format.has_leading = true;
            }
        }
        if (!message.sound() || !ReadGroups(pattern, format) || !IsPlainTemplate(format.template_text))
            return false;
        if (!Refers(format.template_text, format.groups.size())) return false;
        format.national = format.template_text;
        if (!rule.empty()) {
            // In the rule, $1 is the first group that the format has, whatever its number.
            const std::size_t at = format.template_text.find('$');
            if (at == std::string::npos || !IsPlainTemplate(rule) || !Refers(rule, 1)) return false;
            std::string prefixed;
            for (std::size_t i = 0; i < rule.size(); ++i) {
                if (rule[i] == '$') {
                    prefixed += format.template_text.substr(at, 2);
                    ++i;
                } else {
                    prefixed += rule[i];
                }
            }
            format.national.replace(at, 2, prefixed);
            if (!IsPlainTemplate(format.national)) return false;
        }
        if (format.has_leading && !leading.Add(digits, 1U << formats.list.size())) return false;
        formats.list.push_back(std::move(format));
        return true;
    }

    // Whether all groups that the template refers to exist.
    static bool Refers(std::string_view text, std::size_t groups) {
        for (std::size_t i = 0; i + 1 < text.size(); ++i)
            if (text[i] == '$' && static_cast<std::size_t>(text[i + 1] - '0') > groups) return false;
        return true;
    }

    // Formats have a group after the other, each of a number of any digits; what is written otherwise is not
    // compiled.
    static bool ReadGroups(std::string_view expression, Writing::Format &format) {
        const auto pattern = Pattern::Of(expression);
        if (!pattern || pattern->node(pattern->root()).kind != Pattern::Kind::kSequence) return false;
        constexpr std::uint16_t kAllDigits = (1 << 10) - 1;
        for (const auto child : pattern->node(pattern->root()).children) {
            const Pattern::Node *node = &pattern->node(child);
            if (node->kind != Pattern::Kind::kGroup) return false;
            node = &pattern->node(node->children[0]);
            if (node->kind != Pattern::Kind::kSequence || node->children.size() != 1) return false;
            node = &pattern->node(node->children[0]);
            Writing::Part part{1, 1};
            if (node->kind == Pattern::Kind::kRepeat) {
                part = {node->min, node->max};
                node = &pattern->node(node->children[0]);
            }
            if (node->kind != Pattern::Kind::kDigits || node->digits != kAllDigits || part.min == 0)
                return false;
            format.groups.push_back(part);
        }
        return !format.groups.empty();
    }

    std::string_view id_, bytes_;
};

NumberType Numbering::Type(std::string_view national) const {
    if (national.size() > kMaxLength) return NumberType::kUnknown;
    const unsigned labels = types_.Matching(national) & of_length_[national.size()];
    if (!(labels & kGeneral)) return NumberType::kUnknown;
    constexpr unsigned kBeforeLines = kFixedLine - 1U - kGeneral;
    if (labels & kBeforeLines) return static_cast<NumberType>(std::countr_zero(labels & kBeforeLines) - 1);
    if (labels & kFixedLine)
        return same_mobile_and_fixed_line_ || (labels & kMobile) ? NumberType::kFixedLineOrMobile
                                                                 : NumberType::kFixedLine;
    return (labels & kMobile) && !same_mobile_and_fixed_line_ ? NumberType::kMobile : NumberType::kUnknown;
}

LengthCheck Numbering::CheckLength(std::size_t length) const {
    if (length > kMaxLength) return LengthCheck::kTooLong;
    if (local_lengths_ >> length & 1) return LengthCheck::kPossibleLocally;
    if (lengths_ >> length & 1) return LengthCheck::kPossible;
    return length < shortest_  ? LengthCheck::kTooShort
           : length > longest_ ? LengthCheck::kTooLong
                               : LengthCheck::kInvalid;
}

std::optional<std::string_view> Dialling::WithoutInternationalPrefix(std::string_view digits) const {
    PrefixMatch match;
    if (!international_->MatchPrefix(digits, match)) return std::nullopt;
    digits.remove_prefix(match.length);
    // No calling code begins with 0.
    if (digits.starts_with('0')) return std::nullopt;
    return digits;
}

std::optional<std::string_view> Dialling::WithoutNationalPrefix(std::string_view digits,
                                                                const Numbering &numbering,
                                                                std::array<char, 64> &buffer) const {
    PrefixMatch match;
    if (digits.empty() || !national_ || !national_->MatchPrefix(digits, match)) return digits;

    std::string_view result = digits.substr(match.length);
    const std::string_view captured = match.group[std::min(national_->groups(), 2)];
    if (!transform_.empty() && national_->groups() > 0 && !captured.empty()) {
        std::size_t size = 0;
        const auto append = [&](std::string_view part) {
            if (part.size() > buffer.size() - size) return false;
            std::copy(part.begin(), part.end(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
            size += part.size();
            return true;
        };
        for (std::size_t i = 0; i < transform_.size(); ++i) {
            const bool reference = transform_[i] == '$';
            if (!append(reference ? match.group[static_cast<std::size_t>(transform_[++i] - '0')]
                                  : std::string_view(&transform_[i], 1)))
                return std::nullopt;
        }
        if (!append(result)) return std::nullopt;
        result = {buffer.data(), size};
    }
    // A number that was one with these digits must be one without them.
    if (numbering.Matches(digits) && !numbering.Matches(result)) return digits;
    return result;
}

void Writing::Append(std::string_view national, Style style, std::string &text) const {
    const Formats &formats =
        style == Style::kNational || international_.list.empty() ? national_ : international_;
    const std::uint32_t leading = formats.leading.MatchingPrefix(national);
    for (std::size_t i = 0; i < formats.list.size(); ++i) {
        const Format &format = formats.list[i];
        if (format.has_leading && !(leading >> i & 1)) continue;
        std::size_t min = 0, max = 0;
        for (const Part &part : format.groups) {
            min += part.min;
            max += part.max;
        }
        if (national.size() < min || national.size() > max) continue;

        // Every group takes all it can, so that the ones behind it get what they need.
        std::array<std::string_view, PrefixMatch::kMaxGroups + 1> group;
        std::size_t at = 0, spare = national.size() - min;
        for (std::size_t k = 0; k < format.groups.size(); ++k) {
            const Part part = format.groups[k];
            const std::size_t more = std::min<std::size_t>(spare, part.max - part.min);
            group[k + 1] = national.substr(at, part.min + more);
            at += part.min + more;
            spare -= more;
        }
        const std::string &form = style == Style::kNational ? format.national : format.template_text;
        const std::size_t start = text.size();
        for (std::size_t k = 0; k < form.size(); ++k) {
            if (form[k] == '$') {
                text += group[static_cast<std::size_t>(form[++k] - '0')];
            } else if (style != Style::kRfc3966 || !IsSeparator(form[k])) {
                text += form[k];
            } else if (text.size() > start && text.back() != '-') {
                text += '-';
            }
        }
        return;
    }
    text += national;
}

template <class Part>
const Part *Territory::Get(Lazy<Part> &lazy) const {
    if (!lazy.tried) {
        auto part = std::make_unique<Part>();
        if (TerritoryReader(id_, bytes_).Read(*part)) lazy.part = std::move(part);
        lazy.tried = true;
    }
    return lazy.part.get();
}

const Numbering *Territory::numbering() const {
    return Get(numbering_);
}
const Dialling *Territory::dialling() const {
    return Get(dialling_);
}
const Writing *Territory::writing() const {
    return Get(writing_);
}
const Emergency *Territory::emergency() const {
    return Get(emergency_);
}

std::size_t Territory::memory() const {
    return sizeof *this + (numbering_.part ? numbering_.part->memory() : 0);
}

const CallingCode::LeadingDigits &CallingCode::leading() const {
    if (!leading_) {
        auto leading = std::make_unique<LeadingDigits>();
        AutomatonBuilder builder;
        leading->sound = territories_.size() <= kMaxTerritories;
        for (std::size_t i = 0; leading->sound && i < territories_.size(); ++i) {
            if (leading_digits_[i].data() == nullptr) continue;
            leading->those_with |= 1U << i;
            leading->sound = builder.Add(leading_digits_[i], 1U << i);
        }
        if (leading->sound) leading->automaton = builder.Build();
        leading_ = std::move(leading);
    }
    return *leading_;
}

CallingCode::Found CallingCode::Find(std::string_view national) const {
    if (territories_.size() == 1) return {true, territories_.front()};
    const LeadingDigits &with = leading();
    if (!with.sound) return {};
    const std::uint32_t matching = with.automaton.MatchingPrefix(national);
    for (std::size_t i = 0; i < territories_.size(); ++i) {
        if (with.those_with >> i & 1) {
            if (matching >> i & 1) return {true, territories_[i]};
            continue;
        }
        const Numbering *numbering = territories_[i]->numbering();
        if (!numbering) return {};
        if (numbering->Type(national) != NumberType::kUnknown) return {true, territories_[i]};
    }
    return {true, nullptr};
}

namespace {

bool plans_enabled = true;

// Position of a region's two letters in a table; -1 if it is none.
int RegionIndex(std::string_view id) {
    if (id.size() != 2) return -1;
    int index = 0;
    for (const char c : id) {
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (upper < 'A' || upper > 'Z') return -1;
        index = index * 26 + (upper - 'A');
    }
    return index;
}

}  // namespace

const Plans *Plans::Get() {
    static const std::unique_ptr<const Plans> plans = []() -> std::unique_ptr<const Plans> {
        if (!i18n::phonenumbers::metadata_get || !i18n::phonenumbers::metadata_size) return nullptr;
        return Read({static_cast<const char *>(i18n::phonenumbers::metadata_get()),
                     static_cast<std::size_t>(i18n::phonenumbers::metadata_size())});
    }();
    return plans_enabled ? plans.get() : nullptr;
}

void Plans::Enable(bool on) {
    plans_enabled = on;
}

std::unique_ptr<const Plans> Plans::Read(std::string_view metadata) {
    struct Entry {
        std::string_view leading_digits;
        bool is_main = false;
    };
    auto plans = std::make_unique<Plans>();
    std::vector<Entry> entries;
    Message collection(metadata);
    while (collection.Next()) {
        if (collection.field() != kMetadata) continue;
        Entry entry;
        std::string_view id;
        int country_code = 0;
        Message territory(collection.text());
        while (territory.Next()) {
            if (territory.field() == kId) id = territory.text();
            if (territory.field() == kCountryCode) country_code = territory.number();
            if (territory.field() == kMainCountryForCode) entry.is_main = territory.number() != 0;
            if (territory.field() == kLeadingDigits) entry.leading_digits = territory.text();
        }
        if (!territory.sound() || country_code <= 0 || country_code >= kCodes) return nullptr;
        if (id == kUnknownRegion) continue;
        plans->territories_.emplace_back(id, country_code, collection.text());
        entries.push_back(entry);
    }
    if (!collection.sound() || plans->territories_.empty()) return nullptr;

    plans->territories_.shrink_to_fit();
    plans->codes_.reserve(plans->territories_.size());
    for (std::size_t i = 0; i < plans->territories_.size(); ++i) {
        const Territory &territory = plans->territories_[i];
        auto &index = plans->code_index_[static_cast<std::size_t>(territory.country_code())];
        if (index == 0) {
            plans->codes_.emplace_back();
            index = static_cast<std::uint16_t>(plans->codes_.size());
        }
        CallingCode &code = plans->codes_[index - 1U];
        const bool front = entries[i].is_main;
        code.territories_.insert(front ? code.territories_.begin() : code.territories_.end(), &territory);
        code.leading_digits_.insert(front ? code.leading_digits_.begin() : code.leading_digits_.end(),
                                    entries[i].leading_digits);
        if (const int region = RegionIndex(territory.id()); region >= 0)
            plans->region_index_[static_cast<std::size_t>(region)] = static_cast<std::uint16_t>(i + 1);
        else if (territory.id() != kNonGeographical)
            return nullptr;
    }
    return plans;
}

const Territory *Plans::Region(std::string_view id) const {
    const int region = RegionIndex(id);
    const std::uint16_t index = region < 0 ? 0 : region_index_[static_cast<std::size_t>(region)];
    return index == 0 ? nullptr : &territories_[index - 1U];
}

const CallingCode *Plans::CodeOf(std::string_view digits, std::size_t &length) const {
    if (digits.empty() || digits[0] == '0') return nullptr;
    int number = 0;
    for (length = 1; length <= 3 && length <= digits.size(); ++length) {
        number = number * 10 + (digits[length - 1] - '0');
        if (const CallingCode *code = Code(number)) return code;
    }
    return nullptr;
}

std::size_t Plans::memory() const {
    std::size_t bytes = sizeof *this;
    for (const Territory &territory : territories_) bytes += territory.memory();
    return bytes;
}

}  // namespace contacts::plan
