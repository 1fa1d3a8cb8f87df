#include "core/format/profile.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/format/mapping.h"
#include "core/format/validate.h"
#include "core/text.h"

namespace contacts {
namespace {

constexpr auto kLastTarget = Target::kOrganizationTickerExchange;
constexpr char kCustomPrefix[] = "custom.";

// Handles of several networks in one cell are what only cards have; dates in custom go by the name of custom.
bool IsField(Target target) {
    return target != Target::kSocialList && target != Target::kCustomDate;
}

std::optional<Target> FindTarget(std::string_view name) {
    // The file's column of IDs, under the name of the column that they are kept in.
    if (name == "external_id") return Target::kContactId;
    for (auto target = static_cast<int>(Target::kIgnored) + 1; target <= static_cast<int>(kLastTarget);
         ++target)
        if (IsField(static_cast<Target>(target)) && name == NameOf(static_cast<Target>(target)))
            return static_cast<Target>(target);
    return std::nullopt;
}

enum class LabelRule { kNone, kPart, kRequired };

LabelRule LabelRuleOf(Target target) {
    if (target == Target::kSocial || target == Target::kCustom || target == Target::kCustomDate)
        return LabelRule::kRequired;
    if (IsList(target)) return LabelRule::kNone;
    const PartKind kind = PartKindOf(target);
    return kind == PartKind::kPhone || kind == PartKind::kEmail || kind == PartKind::kAddress
               ? LabelRule::kPart
               : LabelRule::kNone;
}

Fault Invalid(std::string message, std::string detail = {}, std::string hint = {}) {
    return {"profile_invalid", std::move(message), std::move(detail), std::move(hint),
            sqlstate::kInvalidParameterValue};
}

class Builder {
  public:
    explicit Builder(const ProfileDefinition &definition) : definition_(definition) {}

    std::optional<Fault> Build(Profile &profile) {
        profile_ = &profile;
        const Format *base = FindFormat(definition_.format);
        if (!base)
            return Invalid("unknown format \"" + Quoted(definition_.format) + "\" of import profile \"" +
                               Quoted(definition_.name) + '"',
                           "A profile begins with one of " + FormatNames() + ".");
        if (base->structured_lists && !definition_.columns.empty())
            return Invalid("import profile \"" + Quoted(definition_.name) + "\" of format \"" +
                               Quoted(definition_.format) + "\" cannot map columns",
                           "Its records have properties, whose meaning is given.",
                           "Give it defaults and options only.");
        profile.format = *base;
        profile.format.name = Keep(definition_.name);
        // Nobody's files have IDs of their own for each profile.
        if (!definition_.source.empty() || base == &GenericFormat())
            profile.format.source = Keep(definition_.source.empty() ? definition_.name : definition_.source);
        // The columns of a file stand where they like, whatever the product does.
        profile.format.error_column = 0;
        for (const ProfileColumn &column : definition_.columns)
            if (std::optional<Fault> fault = AddColumn(column)) return fault;
        return AddDefaults();
    }

  private:
    const char *Keep(const std::string &text) { return profile_->texts.emplace_back(text).c_str(); }

    // Takes a spelling away from the columns of the format; one that has no other is gone.
    void Forget(const std::string &header) {
        const std::string loose = NormalizeHeader(header, true);
        auto &columns = profile_->format.columns;
        for (auto column = columns.begin(); column != columns.end();) {
            std::vector<std::string_view> spellings = Split(column->aliases, '|');
            spellings.insert(spellings.begin(), column->header);
            const auto before = spellings.size();
            std::erase_if(spellings, [&](std::string_view spelling) {
                return spelling.empty() || NormalizeHeader(spelling, true) == loose;
            });
            if (spellings.empty()) {
                column = columns.erase(column);
                continue;
            }
            if (spellings.size() < before) SetSpellings(*column, spellings);
            ++column;
        }
    }

    void SetSpellings(Column &column, const std::vector<std::string_view> &spellings) {
        std::string aliases;
        for (std::size_t i = 1; i < spellings.size(); ++i)
            aliases += (i > 1 ? "|" : "") + std::string(spellings[i]);
        const std::string header(spellings[0]);
        column.header = Keep(header);
        column.aliases = Keep(aliases);
    }

    std::optional<Fault> AddColumn(const ProfileColumn &wanted) {
        const std::string header = NormalizeHeader(wanted.header, false);
        const std::string shown =
            "column \"" + Quoted(wanted.header) + "\" of import profile \"" + Quoted(definition_.name) + '"';
        if (header.empty() || header.find('|') != std::string::npos)
            return Invalid("a " + shown + " cannot be mapped", "A header is not empty and has no |.");
        Column column{Keep(header), "", Target::kIgnored};
        Forget(header);
        auto &columns = profile_->format.columns;
        if (wanted.field.empty()) {
            columns.insert(columns.begin(), column);
            return std::nullopt;
        }
        const std::optional<Target> target = FindTarget(wanted.field);
        if (!target)
            return Invalid("unknown field \"" + Quoted(wanted.field) + "\" for " + shown,
                           "Known are " + ProfileFieldNames() + ".");
        const LabelRule rule = LabelRuleOf(*target);
        if (!wanted.label.empty() && rule == LabelRule::kNone)
            return Invalid("field \"" + wanted.field + "\" takes no label, but " + shown + " gives one");
        if (wanted.label.empty() && *target == Target::kSocial)
            return Invalid("field \"social\" needs the network as label in " + shown);
        const std::string label = !wanted.label.empty() ? wanted.label
                                  : *target == Target::kCustom || *target == Target::kCustomDate ? header
                                  : rule == LabelRule::kPart                                     ? "other"
                                                                                                 : "";
        if (rule == LabelRule::kPart &&
            (label.size() > 40 ||
             std::any_of(label.begin(), label.end(), [](char c) { return c >= 'A' && c <= 'Z'; })))
            return Invalid("invalid label \"" + Quoted(label) + "\" for " + shown,
                           "Labels are in lower case and have at most 40 characters.");
        // Another spelling of a column that the format has: its limits and requirements hold.
        const auto same = std::find_if(columns.begin(), columns.end(), [&](const Column &other) {
            const std::vector<std::string_view> labels = LabelsOf(other);
            return other.target == *target && other.ordinal == 1 &&
                   (label == other.label || std::find(labels.begin(), labels.end(), label) != labels.end());
        });
        if (same != columns.end()) {
            std::vector<std::string_view> spellings = Split(same->aliases, '|');
            spellings.insert(spellings.begin(), same->header);
            spellings.push_back(column.header);
            std::erase(spellings, std::string_view());
            SetSpellings(*same, spellings);
            same->header_case = HeaderCase::kLoose;
            return std::nullopt;
        }
        column.target = *target;
        column.label = Keep(label);
        columns.insert(columns.begin(), column);
        return std::nullopt;
    }

    // The defaults are read as if they stood in a file.
    std::optional<Fault> AddDefaults() {
        Format probe = profile_->format;
        probe.columns.clear();
        probe.needs_identity = false;
        std::vector<std::string> header;
        std::vector<std::string> cells;
        for (const auto &[field, value] : definition_.defaults) {
            const std::string shown =
                "default \"" + Quoted(field) + "\" of import profile \"" + Quoted(definition_.name) + '"';
            if (Trim(value).empty()) return Invalid("the " + shown + " is empty");
            if (field.rfind(kCustomPrefix, 0) == 0 && field.size() > sizeof(kCustomPrefix) - 1) {
                profile_->default_custom.emplace_back(field.substr(sizeof(kCustomPrefix) - 1), value);
                continue;
            }
            const std::optional<Target> target = FindTarget(field);
            const auto column = std::find(kContactColumns.begin(), kContactColumns.end(), field);
            if (!target || column == kContactColumns.end()) {
                std::string list;
                for (const char *name : kContactColumns)
                    list += (list.empty() ? "" : ", ") + std::string(name);
                return Invalid("there is no " + shown, "Known are " + list + ", and custom.KEY.");
            }
            for (Column &own : profile_->format.columns)
                if (own.target == *target) own.required = false;
            probe.columns.push_back({Keep(field), "", *target});
            header.push_back(field);
            cells.push_back(value);
        }
        // Made by hand, since mappings of headers are kept by format, and this one is gone in a moment.
        Mapping mapping;
        mapping.format = &probe;
        mapping.header = header;
        for (std::size_t i = 0; i < header.size(); ++i) {
            BoundColumn bound;
            bound.index = static_cast<int>(i);
            bound.column = &probe.columns[i];
            mapping.columns.push_back(bound);
        }
        Rules rules;
        Draft draft;
        draft.cells = cells;
        Validator(mapping, rules).Validate(draft);
        for (const Issue &issue : draft.issues)
            if (issue.severity == Severity::kError)
                return Invalid("the default \"" + issue.target + "\" of import profile \"" +
                               Quoted(definition_.name) + "\" is invalid: " + issue.message);
        profile_->defaults = std::move(draft);
        return std::nullopt;
    }

    const ProfileDefinition &definition_;
    Profile *profile_ = nullptr;
};

}  // namespace

std::string ProfileFieldNames() {
    std::string list;
    for (auto target = static_cast<int>(Target::kIgnored) + 1; target <= static_cast<int>(kLastTarget);
         ++target)
        if (IsField(static_cast<Target>(target)))
            list += (list.empty() ? "" : ", ") + std::string(NameOf(static_cast<Target>(target)));
    return list;
}

Result<const Profile *> MakeProfile(const ProfileDefinition &definition) {
    static std::map<std::string, std::unique_ptr<const Profile>> profiles;
    std::string key = definition.name + '\0' + definition.format + '\0' + definition.source;
    for (const ProfileColumn &column : definition.columns)
        key += '\0' + column.header + '\0' + column.field + '\0' + column.label;
    key += '\0';
    for (const auto &[field, value] : definition.defaults) key += '\0' + field + '\0' + value;
    const auto found = profiles.find(key);
    if (found != profiles.end()) return found->second.get();
    auto profile = std::make_unique<Profile>();
    if (std::optional<Fault> fault = Builder(definition).Build(*profile)) return *std::move(fault);
    return profiles.emplace(std::move(key), std::move(profile)).first->second.get();
}

}  // namespace contacts
