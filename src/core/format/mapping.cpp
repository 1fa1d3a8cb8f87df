#include "core/format/mapping.h"

#include <algorithm>
#include <unordered_map>

#include "core/text.h"

namespace contacts {
namespace {

constexpr std::size_t kShownHeaders = 12;

PartKind KindOf(Target target) {
    switch (target) {
        case Target::kPhone:
        case Target::kPhoneExtension:
        case Target::kPhoneSms:
        case Target::kPhoneList:
            return PartKind::kPhone;
        case Target::kEmail:
        case Target::kEmailList:
            return PartKind::kEmail;
        case Target::kStreet:
        case Target::kStreet2:
        case Target::kCity:
        case Target::kRegion:
        case Target::kPostalCode:
        case Target::kCountry:
        case Target::kAddressList:
            return PartKind::kAddress;
        case Target::kSocial:
        case Target::kSocialList:
            return PartKind::kSocial;
        case Target::kGroups:
            return PartKind::kGroup;
        default:
            return PartKind::kCount;
    }
}

bool IsList(Target target) {
    return target == Target::kPhoneList || target == Target::kEmailList || target == Target::kAddressList ||
           target == Target::kSocialList || target == Target::kGroups;
}

// The columns of a format by the spellings of their headers; of two with one spelling the first counts.
struct Spellings {
    std::unordered_map<std::string, const Column *> exact, loose;
};

const Spellings &SpellingsOf(const Format &format) {
    static std::unordered_map<const Format *, Spellings> known;
    const auto [found, is_new] = known.try_emplace(&format);
    if (is_new)
        for (const Column &column : format.columns) {
            std::vector<std::string_view> spellings = Split(column.aliases, '|');
            spellings.insert(spellings.begin(), column.header);
            for (const std::string_view spelling : spellings) {
                if (spelling.empty()) continue;
                if (column.header_case == HeaderCase::kExact)
                    found->second.exact.try_emplace(std::string(spelling), &column);
                else
                    found->second.loose.try_emplace(NormalizeHeader(spelling, true), &column);
            }
        }
    return found->second;
}

const Column *FindSpelling(const Spellings &spellings, const std::string &exact, const std::string &loose) {
    const auto by_exact = spellings.exact.find(exact);
    if (by_exact != spellings.exact.end()) return by_exact->second;
    const auto by_loose = spellings.loose.find(loose);
    return by_loose == spellings.loose.end() ? nullptr : by_loose->second;
}

std::string ListOf(const std::vector<std::string> &headers) {
    std::string out;
    for (std::size_t i = 0; i < headers.size() && i < kShownHeaders; ++i) {
        if (i) out += ", ";
        out += '"' + Quoted(headers[i], 40) + '"';
    }
    if (headers.size() > kShownHeaders) out += ", …";
    return out;
}

// The columns without which a header is none of this format, one set for each kind of record the format
// knows.
std::vector<std::vector<const Column *>> RequiredSets(const Format &format) {
    std::vector<const Column *> contact, organization;
    for (const Column &column : format.columns)
        if (column.required) (IsOrganization(column.target) ? organization : contact).push_back(&column);
    std::vector<std::vector<const Column *>> sets{contact};
    if (!organization.empty()) sets.push_back(organization);
    return sets;
}

std::string Expected(const Format &format) {
    std::string out;
    for (const auto &set : RequiredSets(format)) {
        if (!out.empty()) out += " or ";
        bool first = true;
        for (const Column *column : set) {
            if (!first) out += ", ";
            out += std::string("\"") + column->header + '"';
            first = false;
        }
    }
    return out;
}

void AddPart(Mapping &mapping, BoundColumn &bound) {
    const Target target = bound.column->target;
    const PartKind kind = KindOf(target);
    std::string_view label = bound.column->label;
    const bool any = !label.empty() && label[0] == '*';
    if (any) label.remove_prefix(1);
    const bool list = IsList(target);
    const auto found = std::find_if(mapping.slots.begin(), mapping.slots.end(), [&](const Slot &slot) {
        return slot.kind == kind && slot.list == list && slot.label == label;
    });
    if (found == mapping.slots.end()) {
        bound.slot = static_cast<int>(mapping.slots.size());
        mapping.slots.push_back({kind, std::string(label), list, any});
    } else {
        bound.slot = static_cast<int>(found - mapping.slots.begin());
    }
    switch (target) {
        case Target::kPhoneExtension:
            bound.component = kPhoneEntered;  // read together with the number, never stored by itself
            break;
        case Target::kPhoneSms:
            bound.component = kPhoneSms;
            break;
        case Target::kStreet2:
            bound.component = kAddressStreet2;
            break;
        case Target::kCity:
            bound.component = kAddressCity;
            break;
        case Target::kRegion:
            bound.component = kAddressRegion;
            break;
        case Target::kPostalCode:
            bound.component = kAddressPostalCode;
            break;
        case Target::kCountry:
            bound.component = kAddressCountry;
            break;
        default:
            bound.component = 0;
    }
}

Mapping Bind(const Format &format, const std::vector<std::string> &header) {
    Mapping mapping;
    mapping.format = &format;
    mapping.header = header;
    for (const Column &column : format.columns) {
        const PartKind kind = KindOf(column.target);
        if (kind != PartKind::kCount && column.label[0] != '*' && column.label[0] != '\0')
            mapping.named_labels[static_cast<std::size_t>(kind)].push_back(column.label);
    }
    const std::string error_column = NormalizeHeader(kErrorColumn, true);
    const Spellings &spellings = SpellingsOf(format);
    std::vector<const Column *> seen;
    std::unordered_map<std::string, int> custom_keys;
    const auto custom_key = [&](const std::string &key) {
        const auto [found, is_new] =
            custom_keys.try_emplace(key, static_cast<int>(mapping.custom_keys.size()));
        if (is_new) mapping.custom_keys.push_back(key);
        return found->second;
    };
    for (std::size_t i = 0; i < header.size(); ++i) {
        const std::string exact = NormalizeHeader(header[i], false);
        const std::string loose = NormalizeHeader(header[i], true);
        if (loose == error_column) continue;
        BoundColumn bound;
        bound.index = static_cast<int>(i);
        const Column *found = FindSpelling(spellings, exact, loose);
        if (found) {
            bound.column = found;
            if (found->target == Target::kIgnored) continue;
            if (std::find(seen.begin(), seen.end(), bound.column) != seen.end())
                mapping.notices.push_back({Severity::kNotice, "duplicate_header", bound.index,
                                           NameOf(found->target), header[i],
                                           "this column stands more than once; the first value wins"});
            else
                seen.push_back(bound.column);
            if (found->target == Target::kCustom) {
                bound.custom_key = custom_key(found->label);
            } else if (KindOf(found->target) != PartKind::kCount) {
                AddPart(mapping, bound);
            }
            mapping.has_key = mapping.has_key || found->target == Target::kContactId;
            mapping.has_organization = mapping.has_organization || IsOrganization(found->target);
            if (format.described_by[0] != '\0' && loose == NormalizeHeader(format.described_by, true))
                mapping.described = true;
        } else {
            if (format.error_column == static_cast<int>(i) + 1) continue;
            // A nameless column is kept only if it turns out to hold something; its key tells its place.
            const std::string key = exact.empty() ? "column_" + std::to_string(i + 1) : exact;
            bound.custom_key = custom_key(key);
            if (!exact.empty())
                mapping.notices.push_back({Severity::kNotice, "unknown_column", bound.index, "custom",
                                           header[i],
                                           std::string("format \"") + format.name +
                                               "\" has no such column; its values are kept in custom"});
        }
        mapping.columns.push_back(bound);
    }
    return mapping;
}

using Columns = std::vector<const Column *>;

template <class T>
bool Has(const std::vector<T> &list, const T &wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

// A header's cells as they are compared.
struct Names {
    std::vector<std::string> exact, loose;
    std::size_t filled = 0;

    explicit Names(const std::vector<std::string> &header) {
        for (const std::string &cell : header) {
            exact.push_back(NormalizeHeader(cell, false));
            loose.push_back(NormalizeHeader(cell, true));
            if (!exact.back().empty()) ++filled;
        }
    }
};

// The columns of the format that a header names.
Columns KnownColumns(const Format &format, const Names &names) {
    const Spellings &spellings = SpellingsOf(format);
    Columns known;
    for (std::size_t i = 0; i < names.exact.size(); ++i) {
        const Column *column = FindSpelling(spellings, names.exact[i], names.loose[i]);
        if (column && column->target != Target::kIgnored && !Has(known, column)) known.push_back(column);
    }
    return known;
}

// A header is the format's if it has all required columns of one kind of record, or an ID to update by and
// something to update.
bool Fits(const Format &format, const Columns &known) {
    for (const auto &set : RequiredSets(format))
        if (std::all_of(set.begin(), set.end(), [&](const Column *c) { return Has(known, c); })) return true;
    return !format.required_on_update && Has(known, FindColumn(format, Target::kContactId)) &&
           known.size() >= 2;
}

// The format that knows most columns of a header, null if it is no format's. Names such as "Last Name" stand
// in every product's files, so that half of the columns must be known.
const Format *GuessFormat(const Names &names) {
    const Format *best = nullptr;
    std::size_t best_known = 0;
    for (const Format &candidate : Formats()) {
        const Columns known = KnownColumns(candidate, names);
        if (known.size() > best_known && 2 * known.size() >= names.filled && Fits(candidate, known)) {
            best = &candidate;
            best_known = known.size();
        }
    }
    return best;
}

// What is wrong with a header that does not fit the format.
Fault UnknownHeader(const Format &format, const std::vector<std::string> &header, const Names &names) {
    Fault fault;
    fault.code = "header_unknown";
    fault.sqlstate = sqlstate::kInvalidTextRepresentation;
    fault.message = std::string("the header is not one of format \"") + format.name + '"';
    fault.detail = "Found " + ListOf(header) + "; expected at least " + Expected(format) + ".";
    // The likeliest slip with case-sensitive headers is their case.
    const Columns known = KnownColumns(format, names);
    for (const Column &column : format.columns) {
        if (column.header_case != HeaderCase::kExact || Has(known, &column)) continue;
        if (Has(names.loose, NormalizeHeader(column.header, true)))
            fault.hint =
                std::string("Headers of this format are case-sensitive: write \"") + column.header + "\".";
    }
    return fault;
}

}  // namespace

std::string NormalizeHeader(std::string_view header, bool loose) {
    const std::string visible = StripInvisible(header);
    const std::string_view trimmed = Trim(visible);
    if (!loose) return std::string(trimmed);
    std::string out;
    bool gap = false;
    for (const char c : trimmed) {
        if (c == ' ' || c == '_' || c == '-' || c == '.' || c == '/') {
            gap = !out.empty();
            continue;
        }
        if (gap) out += ' ';
        gap = false;
        out += ToLowerAscii(c);
    }
    while (!out.empty() && (out.back() == '*' || out.back() == ':' || out.back() == ' ')) out.pop_back();
    return out;
}

Result<Mapping> MapHeader(const Format &format, const std::vector<std::string> &header) {
    const Names names(header);
    if (!Fits(format, KnownColumns(format, names))) return UnknownHeader(format, header, names);
    return Bind(format, header);
}

Mapping MapView(const Format &format) {
    std::vector<std::string> header;
    for (const Column &column : format.columns)
        if (column.in_view) header.push_back(column.header);
    return Bind(format, header);
}

Result<HeaderMatch> FindHeader(const Format *format, const std::vector<std::vector<std::string>> &records) {
    Fault fault;
    fault.sqlstate = sqlstate::kInvalidTextRepresentation;
    // The record that looks most like a header says best what is missing.
    const std::vector<std::string> *closest = nullptr;
    std::size_t closest_known = 0;
    const Format *other = nullptr;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const Names names(records[i]);
        const Format *guessed = GuessFormat(names);
        if (!format && guessed) return HeaderMatch{i, Bind(*guessed, records[i])};
        std::size_t known = 0;
        if (format) {
            const Columns columns = KnownColumns(*format, names);
            known = columns.size();
            if (Fits(*format, columns)) {
                if (!guessed || guessed == format || KnownColumns(*guessed, names).size() < 2 * known)
                    return HeaderMatch{i, Bind(*format, records[i])};
                fault.code = "format_wrong";
                fault.message = std::string("the header is one of format \"") + guessed->name +
                                "\", not of \"" + format->name + '"';
                fault.detail = "Found " + ListOf(records[i]) + '.';
                fault.hint = std::string("Name the format \"") + guessed->name + "\", or \"auto\".";
                return fault;
            }
            if (guessed && !other) other = guessed;
        } else {
            for (const Format &candidate : Formats())
                known = std::max(known, KnownColumns(candidate, names).size());
        }
        if (names.filled > 0 && (!closest || known > closest_known)) {
            closest = &records[i];
            closest_known = known;
        }
    }
    if (!closest) {
        fault.code = "empty_file";
        fault.message = "the file is empty: it has no header and no record";
        fault.hint = "The first record of a file names its columns.";
        return fault;
    }
    const Names names(*closest);
    if (format) {
        fault = UnknownHeader(*format, *closest, names);
        if (other) fault.hint = std::string("This is a header of format \"") + other->name + "\".";
        return fault;
    }
    fault.code = "header_not_found";
    fault.message = "no header of a known format was found in the first " +
                    (records.size() == 1 ? "record" : std::to_string(records.size()) + " records");
    fault.detail = "Found " + ListOf(*closest) + "; expected at least";
    for (const Format &candidate : Formats()) {
        fault.detail += std::string(&candidate == &Formats().front() ? " " : "; ") + Expected(candidate) +
                        " (format " + candidate.name + ")";
        if (fault.hint.empty()) fault.hint = UnknownHeader(candidate, *closest, names).hint;
    }
    fault.detail += '.';
    if (fault.hint.empty()) fault.hint = "Name the format, or correct the header.";
    return fault;
}

}  // namespace contacts
