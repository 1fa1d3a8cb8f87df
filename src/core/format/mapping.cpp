#include "core/format/mapping.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/text.h"

namespace contacts {

PartKind PartKindOf(Target target) {
    switch (target) {
        case Target::kPhone:
        case Target::kPhoneLabel:
        case Target::kPhoneExtension:
        case Target::kPhoneSms:
        case Target::kPhoneList:
            return PartKind::kPhone;
        case Target::kEmail:
        case Target::kEmailLabel:
        case Target::kEmailList:
            return PartKind::kEmail;
        case Target::kAddressLabel:
        case Target::kAddressFormatted:
        case Target::kStreet:
        case Target::kStreet2:
        case Target::kStreet3:
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
        case Target::kNotes:
            return PartKind::kNote;
        default:
            return PartKind::kCount;
    }
}

bool IsList(Target target) {
    return target == Target::kPhoneList || target == Target::kEmailList || target == Target::kAddressList ||
           target == Target::kSocialList || target == Target::kGroups || target == Target::kNotes;
}

namespace {

constexpr std::size_t kShownHeaders = 12;

// A header cell in the forms in which it is compared.
struct Name {
    std::string exact, loose;
    std::string pattern;  // of "phone 3 value": "phone n value"
    int number = 0;

    explicit Name(const std::string &header)
        : exact(NormalizeHeader(header, false)), loose(NormalizeHeader(header, true)) {
        for (std::size_t begin = 0, end; begin < loose.size(); begin = end + 1) {
            end = std::min(loose.find(' ', begin), loose.size());
            if (end == begin || end - begin > 2 || loose[begin] == '0') continue;
            if (loose.find_first_not_of("0123456789", begin) < end) continue;
            pattern = loose.substr(0, begin) + "n" + loose.substr(end);
            number = std::stoi(loose.substr(begin, end - begin));
            return;
        }
    }
};

// The columns of a format by the spellings of their headers; of two with one spelling the first counts.
struct Spellings {
    std::unordered_map<std::string, const Column *> exact, loose, patterns;

    void Add(const Column &column, std::string_view spelling) {
        if (spelling.empty()) return;
        if (column.header_case == HeaderCase::kExact)
            exact.try_emplace(std::string(spelling), &column);
        else
            (column.ordinal == 0 ? patterns : loose).try_emplace(NormalizeHeader(spelling, true), &column);
    }
};

// What the format calls its columns itself, and what each of its languages does.
struct AllSpellings {
    Spellings own;
    std::vector<Spellings> localized;
};

const AllSpellings &SpellingsOf(const Format &format) {
    static std::map<const Format *, AllSpellings> known;
    const auto [found, is_new] = known.try_emplace(&format);
    AllSpellings &all = found->second;
    if (!is_new) return all;
    for (const Column &column : format.columns) {
        all.own.Add(column, column.header);
        for (const std::string_view spelling : Split(column.aliases, '|')) all.own.Add(column, spelling);
    }
    for (const Localization &localization : format.localizations) {
        Spellings &spellings = all.localized.emplace_back();
        for (const auto &[header, spelling] : localization.headers) {
            const auto column = all.own.loose.find(NormalizeHeader(header, true));
            if (column != all.own.loose.end()) spellings.Add(*column->second, spelling);
        }
    }
    return all;
}

struct Found {
    const Column *column = nullptr;
    int ordinal = 1;
};

Found FindSpelling(const Spellings &spellings, const Name &name) {
    const auto find = [](const auto &map, const std::string &key) {
        const auto found = map.find(key);
        return found == map.end() ? nullptr : found->second;
    };
    if (const Column *column = find(spellings.exact, name.exact)) return {column, column->ordinal};
    if (const Column *column = find(spellings.loose, name.loose)) return {column, column->ordinal};
    if (!name.pattern.empty())
        if (const Column *column = find(spellings.patterns, name.pattern)) return {column, name.number};
    return {};
}

// In the format's own words, else in those of one other language.
Found FindName(const Format &format, int language, const Name &name) {
    const AllSpellings &all = SpellingsOf(format);
    if (language >= 0)
        if (const Found found = FindSpelling(all.localized[static_cast<std::size_t>(language)], name);
            found.column)
            return found;
    return FindSpelling(all.own, name);
}

// A header's cells as they are compared.
struct Names {
    std::vector<Name> cells;
    std::size_t filled = 0;

    explicit Names(const std::vector<std::string> &header) {
        cells.reserve(header.size());
        for (const std::string &cell : header) {
            cells.emplace_back(cell);
            if (!cells.back().exact.empty()) ++filled;
        }
    }
};

// What a format knows of a header, in the language of which it knows most.
struct Known {
    std::unordered_set<const Column *> columns;
    std::size_t cells = 0;    // how many of the header's cells
    std::size_t telling = 0;  // how many of them no ordinary file has
    int language = -1;        // index of the format's localizations; -1: its own words

    bool Has(const Column *column) const { return columns.count(column) > 0; }
};

bool IsTelling(const Format &format, const Name &name) {
    if (!FindSpelling(SpellingsOf(GenericFormat()).own, name).column) return true;
    for (const std::string_view telling : Split(format.telling, '|'))
        if (!telling.empty() && NormalizeHeader(telling, true) == name.loose) return true;
    return false;
}

Known KnownColumns(const Format &format, const Names &names) {
    Known best;
    for (int language = -1; language < static_cast<int>(format.localizations.size()); ++language) {
        Known known;
        known.language = language;
        for (const Name &name : names.cells) {
            const Found found = FindName(format, language, name);
            if (!found.column || found.column->target == Target::kIgnored) continue;
            if (!known.columns.insert(found.column).second && found.column->ordinal != 0) continue;
            ++known.cells;
            if (IsTelling(format, name)) ++known.telling;
        }
        if (language < 0 || known.cells > best.cells) best = std::move(known);
    }
    return best;
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

bool IsIdentity(Target target) {
    switch (target) {
        case Target::kFirstName:
        case Target::kLastName:
        case Target::kDisplayName:
        case Target::kOrganizationName:
        case Target::kPhone:
        case Target::kEmail:
            return true;
        default:
            return false;
    }
}

std::string Expected(const Format &format) {
    std::string out;
    if (format.needs_identity) {
        std::vector<const char *> headers;
        for (const Column &column : format.columns)
            if (IsIdentity(column.target) && column.in_view && column.ordinal == 1 && headers.size() < 5)
                headers.push_back(column.header);
        for (const char *header : headers) out += std::string(out.empty() ? "one of \"" : "\", \"") + header;
        return out + "\" and another of its columns";
    }
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
    const PartKind kind = PartKindOf(target);
    const bool any = bound.column->label[0] == '*';
    const std::vector<std::string_view> labels = LabelsOf(*bound.column);
    const bool list = IsList(target);
    const auto found = std::find_if(mapping.slots.begin(), mapping.slots.end(), [&](const Slot &slot) {
        return slot.kind == kind && slot.list == list && slot.label == labels[0] &&
               slot.ordinal == bound.ordinal;
    });
    if (found == mapping.slots.end()) {
        bound.slot = static_cast<int>(mapping.slots.size());
        mapping.slots.push_back({kind, std::string(labels[0]), list, any, bound.ordinal,
                                 std::vector<std::string>(labels.begin(), labels.end())});
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
        case Target::kPhoneLabel:
        case Target::kEmailLabel:
        case Target::kAddressLabel:
        case Target::kAddressFormatted:
        case Target::kStreet3:
            mapping.finishes_parts = true;
            bound.component = 0;
            break;
        default:
            bound.component = 0;
    }
}

// A column's key in custom: a pattern's with the number of the file's header.
std::string CustomKey(const Column &column, int ordinal) {
    std::string key = column.label;
    if (column.ordinal == 0)
        if (const std::size_t at = key.find('#'); at != std::string::npos)
            key.replace(at, 1, std::to_string(ordinal));
    return key;
}

bool IsCustom(Target target) {
    return target == Target::kCustom || target == Target::kCustomDate;
}

// Whether several columns can each give a value of their own.
bool TakesSeveral(Target target) {
    return target == Target::kPhone || target == Target::kEmail || target == Target::kWebsites ||
           target == Target::kGroups;
}

Mapping Bind(const Format &format, const std::vector<std::string> &header, int language) {
    Mapping mapping;
    mapping.format = &format;
    mapping.header = header;
    // Who writes another language than English writes the day first.
    mapping.dates = language < 0 ? format.dates : DateOrder::kDayMonthYear;
    mapping.finishes_parts = format.value_separator[0] != '\0' || format.starred || format.splits_readable;
    for (const Column &column : format.columns) {
        const PartKind kind = PartKindOf(column.target);
        if (kind == PartKind::kCount || column.label[0] == '*' || column.label[0] == '\0' || !column.in_view)
            continue;
        auto &named = mapping.named_labels[static_cast<std::size_t>(kind)];
        for (const std::string_view label : LabelsOf(column)) named.emplace_back(label);
    }
    const std::string error_column = NormalizeHeader(kErrorColumn, true);
    const std::string described_by = NormalizeHeader(format.described_by, true);
    // The header that stood there before, by the place that it fills.
    std::map<std::pair<std::string, int>, std::string> seen;
    std::unordered_map<std::string, int> custom_keys;
    const auto custom_key = [&](const std::string &key) {
        const auto [found, is_new] =
            custom_keys.try_emplace(key, static_cast<int>(mapping.custom_keys.size()));
        if (is_new) mapping.custom_keys.push_back(key);
        return found->second;
    };
    for (std::size_t i = 0; i < header.size(); ++i) {
        const Name name(header[i]);
        if (name.loose == error_column) continue;
        BoundColumn bound;
        bound.index = static_cast<int>(i);
        const Found found = FindName(format, language, name);
        bound.column = found.column;
        bound.ordinal = found.ordinal;
        const auto notice = [&](const char *code, const char *target, std::string message) {
            mapping.notices.push_back(
                {Severity::kNotice, code, bound.index, target, header[i], std::move(message)});
        };
        bool kept_aside = false;
        if (found.column && found.column->target != Target::kIgnored) {
            const Target target = found.column->target;
            const bool several = TakesSeveral(target);
            const std::string place =
                several ? NameOf(target) + std::string(LabelsOf(*found.column)[0]) : found.column->header;
            const auto [before, first] = seen.try_emplace({place, found.ordinal}, name.loose);
            const bool same_name = !first && before->second == name.loose;
            if (!first && several && target != Target::kGroups) {
                while (!seen.try_emplace({place, ++bound.ordinal}, name.loose).second) continue;
                if (same_name)
                    notice("duplicate_header", NameOf(target),
                           "this column stands more than once; each gives a value of its own");
            } else if (!first && target == Target::kGroups) {
                // All name groups.
            } else if (!first && !same_name && !IsCustom(target)) {
                // Another word for the same thing, such as Company beside Organization.
                kept_aside = true;
                notice("duplicate_header", "custom",
                       std::string("another column is the ") + NameOf(target) +
                           "; the values of this one are kept in custom");
            } else if (!first) {
                notice("duplicate_header", NameOf(target),
                       "this column stands more than once; the first value wins");
            }
        }
        if (found.column && !kept_aside) {
            const Target target = found.column->target;
            if (target == Target::kIgnored) continue;
            if (IsCustom(target)) {
                bound.custom_key = custom_key(CustomKey(*found.column, found.ordinal));
            } else if (PartKindOf(target) != PartKind::kCount) {
                AddPart(mapping, bound);
            } else if (target == Target::kDisplayName) {
                bound.custom_key = custom_key(NameOf(target));
            } else if (target == Target::kWebsites) {
                mapping.website_columns = std::max(mapping.website_columns, bound.ordinal);
            }
            mapping.has_birth_columns = mapping.has_birth_columns || target == Target::kBirthYear ||
                                        target == Target::kBirthMonth || target == Target::kBirthDay;
            mapping.has_key = mapping.has_key || target == Target::kContactId;
            mapping.has_organization = mapping.has_organization || IsOrganization(target);
            if (!described_by.empty() && name.loose == described_by) mapping.described = true;
        } else {
            bound.column = nullptr;
            if (format.error_column == static_cast<int>(i) + 1) continue;
            // A nameless column is kept only if it turns out to hold something; its key tells its place.
            const std::string key = name.exact.empty() ? "column_" + std::to_string(i + 1) : name.exact;
            bound.custom_key = custom_key(key);
            if (!name.exact.empty() && !kept_aside)
                notice("unknown_column", "custom",
                       std::string("format \"") + format.name +
                           "\" has no such column; its values are kept in custom");
        }
        mapping.columns.push_back(bound);
    }
    return mapping;
}

// A header is the format's if it has all required columns of one kind of record, or an ID to update by and
// something to update. Where nothing is required, it must be able to say who a contact is.
bool Fits(const Format &format, const Known &known, const Names &names) {
    if (format.needs_identity) {
        const bool identity = std::any_of(known.columns.begin(), known.columns.end(),
                                          [](const Column *column) { return IsIdentity(column->target); });
        return identity && (known.cells >= 2 || names.filled == 1);
    }
    for (const auto &set : RequiredSets(format))
        if (std::all_of(set.begin(), set.end(), [&](const Column *c) { return known.Has(c); })) return true;
    return !format.required_on_update && known.Has(FindColumn(format, Target::kContactId)) &&
           known.cells >= 2;
}

struct Guess {
    const Format *format = nullptr;
    Known known;
};

// The product's format that knows most columns of a header, null if it is no product's. Names such as "Last
// Name" stand in everybody's files: one column at least must be the product's own, and half of the columns
// known, unless many are its own.
Guess GuessFormat(const Names &names) {
    Guess best;
    for (const Format &candidate : Formats()) {
        if (&candidate == &GenericFormat()) continue;
        Known known = KnownColumns(candidate, names);
        if (known.telling == 0 || (2 * known.cells < names.filled && known.telling < 4) ||
            !Fits(candidate, known, names))
            continue;
        if (!best.format || known.cells > best.known.cells ||
            (known.cells == best.known.cells && known.telling > best.known.telling))
            best = {&candidate, std::move(known)};
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
    const Known known = KnownColumns(format, names);
    for (const Column &column : format.columns) {
        if (column.header_case != HeaderCase::kExact || known.Has(&column)) continue;
        const std::string wanted = NormalizeHeader(column.header, true);
        if (std::any_of(names.cells.begin(), names.cells.end(),
                        [&](const Name &name) { return name.loose == wanted; }))
            fault.hint =
                std::string("Headers of this format are case-sensitive: write \"") + column.header + "\".";
    }
    return fault;
}

// NFKC_Casefold, and one kind of apostrophe.
std::string FoldHeader(std::string_view header) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
    if (U_FAILURE(status))
        throw Error(sqlstate::kInternalError,
                    std::string("ICU could not normalize text: ") + u_errorName(status));
    icu::UnicodeString text =
        icu::UnicodeString::fromUTF8({header.data(), static_cast<std::int32_t>(header.size())});
    for (std::int32_t i = 0; i < text.length(); ++i) {
        const char16_t c = text.charAt(i);
        // Before the folding, which makes a space and an accent of U+00B4.
        if (c == 0x2018 || c == 0x2019 || c == 0x00B4 || c == 0x02BC || c == 0x2032) text.setCharAt(i, '\'');
    }
    text = fold->normalize(text, status);
    if (U_FAILURE(status))
        throw Error(sqlstate::kInternalError,
                    std::string("ICU could not normalize text: ") + u_errorName(status));
    std::string out;
    text.toUTF8String(out);
    return out;
}

}  // namespace

std::string NormalizeHeader(std::string_view header, bool loose) {
    const std::string visible = StripInvisible(header);
    const std::string_view trimmed = Trim(visible);
    if (!loose) return std::string(trimmed);
    const bool ascii = std::all_of(trimmed.begin(), trimmed.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const std::string folded = ascii ? std::string(trimmed) : FoldHeader(trimmed);
    std::string out;
    bool gap = false;
    for (const char c : folded) {
        if (c == ' ' || c == '_' || c == '-' || c == '.' || c == '/' || c == '\n' || c == '\r' || c == '\t') {
            gap = !out.empty();
            continue;
        }
        if (gap) out += ' ';
        gap = false;
        out += c == '`' ? '\'' : ToLowerAscii(c);
    }
    while (!out.empty() && (out.back() == '*' || out.back() == ':' || out.back() == ' ')) out.pop_back();
    return out;
}

Result<Mapping> MapHeader(const Format &format, const std::vector<std::string> &header) {
    const Names names(header);
    const Known known = KnownColumns(format, names);
    if (!Fits(format, known, names)) return UnknownHeader(format, header, names);
    return Bind(format, header, known.language);
}

Mapping MapView(const Format &format) {
    std::vector<std::string> header;
    for (const Column &column : format.columns)
        if (column.in_view) header.push_back(column.header);
    return Bind(format, header, -1);
}

Result<HeaderMatch> FindHeader(const Format *format, const std::vector<std::vector<std::string>> &records) {
    Fault fault;
    fault.sqlstate = sqlstate::kInvalidTextRepresentation;
    // The record that looks most like a header says best what is missing.
    const std::vector<std::string> *closest = nullptr;
    std::size_t closest_known = 0;
    const Format *other = nullptr;
    // What the generic format would make of the file, where it is no product's.
    std::size_t generic_at = records.size();
    Known generic;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const Names names(records[i]);
        Guess guess = GuessFormat(names);
        if (!format && guess.format)
            return HeaderMatch{i, Bind(*guess.format, records[i], guess.known.language)};
        const Known known = KnownColumns(format ? *format : GenericFormat(), names);
        const bool fits = Fits(format ? *format : GenericFormat(), known, names);
        if (format) {
            if (fits) {
                if (format == &GenericFormat() || !guess.format || guess.format == format ||
                    guess.known.cells < 2 * known.cells)
                    return HeaderMatch{i, Bind(*format, records[i], known.language)};
                fault.code = "format_wrong";
                fault.message = std::string("the header is one of format \"") + guess.format->name +
                                "\", not of \"" + format->name + '"';
                fault.detail = "Found " + ListOf(records[i]) + '.';
                fault.hint = std::string("Name the format \"") + guess.format->name + "\", or \"auto\".";
                return fault;
            }
            if (guess.format && !other) other = guess.format;
        } else if (fits && (generic_at == records.size() || known.cells > generic.cells)) {
            generic_at = i;
            generic = known;
        }
        if (names.filled > 0 && (!closest || known.cells > closest_known)) {
            closest = &records[i];
            closest_known = known.cells;
        }
    }
    if (generic_at < records.size())
        return HeaderMatch{generic_at, Bind(GenericFormat(), records[generic_at], generic.language)};
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
    fault.detail = "Found " + ListOf(*closest) + "; expected one of format " + CsvFormatNames() +
                   ", which takes any file with at least " + Expected(GenericFormat()) + ".";
    for (const Format &candidate : Formats())
        if (fault.hint.empty()) fault.hint = UnknownHeader(candidate, *closest, names).hint;
    if (fault.hint.empty()) fault.hint = "Name the format, or correct the header.";
    return fault;
}

}  // namespace contacts
