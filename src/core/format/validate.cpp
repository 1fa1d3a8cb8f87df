#include "core/format/validate.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <unordered_set>

#include "core/csv/writer.h"
#include "core/email/email.h"
#include "core/text.h"
#include "core/phone/parse.h"
#include "core/place/country.h"
#include "core/place/language.h"

namespace contacts {
namespace {

constexpr std::size_t kMaxIssueValue = 256;  // bytes of a cell that import_error.value repeats

bool IsDigit(char c) {
    return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string Capped(std::string_view value) {
    if (value.size() <= kMaxIssueValue) return std::string(value);
    std::size_t length = kMaxIssueValue;
    while (length > 0 && (static_cast<unsigned char>(value[length]) & 0xC0) == 0x80) --length;
    return std::string(value.substr(0, length)) + "…";
}

// Spreadsheets guard what must stay text: ="0123" and '+123.
std::string_view UnwrapSpreadsheet(std::string_view text) {
    if (text.size() >= 4 && text.substr(0, 2) == "=\"" && text.back() == '"')
        return text.substr(2, text.size() - 3);
    if (text.size() >= 2 && text[0] == '\'' && (IsDigit(text[1]) || text[1] == '+')) return text.substr(1);
    return text;
}

// What a cell says: a value that was marked for its way through a file as it was, anything else trimmed.
std::string ValueOf(std::string_view cell) {
    return std::string(csv::Unmark(cell).value_or(Trim(cell)));
}

bool IsSpreadsheetError(std::string_view text) {
    static constexpr std::string_view kTokens[] = {"#N/A",    "#REF!",  "#NAME?", "#VALUE!",
                                                   "#DIV/0!", "#NULL!", "#NUM!"};
    return std::find(std::begin(kTokens), std::end(kTokens), text) != std::end(kTokens);
}

bool IsYes(std::string_view text) {
    return EqualIgnoreCase(text, "true") || EqualIgnoreCase(text, "yes") || EqualIgnoreCase(text, "y") ||
           text == "1";
}
bool IsNo(std::string_view text) {
    return EqualIgnoreCase(text, "false") || EqualIgnoreCase(text, "no") || EqualIgnoreCase(text, "n") ||
           text == "0";
}

int DaysInMonth(int year, int month) {
    static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays[month - 1];
}

std::string Today() {
    using namespace std::chrono;
    const year_month_day today{floor<days>(system_clock::now())};
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(today.year()),
                  static_cast<unsigned>(today.month()), static_cast<unsigned>(today.day()));
    return text;
}

Fault Invalid(const char *code, std::string message, std::string detail = {}) {
    Fault fault;
    fault.code = code;
    fault.message = std::move(message);
    fault.detail = std::move(detail);
    return fault;
}

ContactField FieldOf(Target target) {
    switch (target) {
        case Target::kNamePrefix:
            return ContactField::kNamePrefix;
        case Target::kFirstName:
            return ContactField::kFirstName;
        case Target::kMiddleName:
            return ContactField::kMiddleName;
        case Target::kLastName:
            return ContactField::kLastName;
        case Target::kNameSuffix:
            return ContactField::kNameSuffix;
        case Target::kNickname:
            return ContactField::kNickname;
        case Target::kJobTitle:
            return ContactField::kJobTitle;
        case Target::kDepartment:
            return ContactField::kDepartment;
        case Target::kLocation:
            return ContactField::kLocation;
        case Target::kBirthDate:
            return ContactField::kBirthDate;
        case Target::kLanguage:
            return ContactField::kLanguage;
        case Target::kContactType:
            return ContactField::kContactType;
        case Target::kContactLevel:
            return ContactField::kContactLevel;
        case Target::kWebsites:
            return ContactField::kWebsites;
        default:
            return ContactField::kCount;
    }
}

OrganizationField OrganizationFieldOf(Target target) {
    switch (target) {
        case Target::kOrganizationName:
            return OrganizationField::kName;
        case Target::kOrganizationType:
            return OrganizationField::kType;
        case Target::kOrganizationIndustry:
            return OrganizationField::kIndustry;
        case Target::kOrganizationPhone:
            return OrganizationField::kPhone;
        case Target::kOrganizationFax:
            return OrganizationField::kFax;
        case Target::kOrganizationStreet:
            return OrganizationField::kStreet;
        case Target::kOrganizationStreet2:
            return OrganizationField::kStreet2;
        case Target::kOrganizationCity:
            return OrganizationField::kCity;
        case Target::kOrganizationRegion:
            return OrganizationField::kRegion;
        case Target::kOrganizationPostalCode:
            return OrganizationField::kPostalCode;
        case Target::kOrganizationCountry:
            return OrganizationField::kCountry;
        case Target::kOrganizationEmployeeCount:
            return OrganizationField::kEmployeeCount;
        case Target::kOrganizationRevenue:
            return OrganizationField::kRevenue;
        case Target::kOrganizationWebsites:
            return OrganizationField::kWebsites;
        case Target::kOrganizationTags:
            return OrganizationField::kTags;
        case Target::kOrganizationTickerSymbol:
            return OrganizationField::kTickerSymbol;
        case Target::kOrganizationTickerExchange:
            return OrganizationField::kTickerExchange;
        default:
            return OrganizationField::kCount;
    }
}

// The term that a product writes like this, in any case; null if there is none.
const Term *FindTerm(const std::vector<Term> &terms, std::string_view text) {
    for (const Term &term : terms) {
        if (EqualIgnoreCase(text, term.written)) return &term;
        for (const std::string_view synonym : Split(term.synonyms, '|'))
            if (!synonym.empty() && EqualIgnoreCase(text, synonym)) return &term;
    }
    return nullptr;
}

std::string WrittenList(const std::vector<Term> &terms) {
    std::string list;
    for (const Term &term : terms) list += (list.empty() ? "" : ", ") + std::string(term.written);
    return list;
}

// A cell, or several columns, may name a group more than once.
void DropRepeated(std::vector<Part> &groups) {
    std::unordered_set<std::string_view> seen;
    std::vector<Part> unique;
    for (const Part &group : groups)
        if (seen.insert(*group.values[0]).second) unique.push_back(group);
    groups = std::move(unique);
}

}  // namespace

const char *NameOf(Criterion criterion) {
    switch (criterion) {
        case Criterion::kContactId:
            return "contact_id";
        case Criterion::kExternalId:
            return "external_id";
        case Criterion::kEmail:
            return "email";
        case Criterion::kPhone:
            break;
    }
    return "phone";
}

std::string Sentence(std::string message, std::string_view detail) {
    if (!detail.empty()) message.append(": ").append(detail);
    if (!message.empty() && message.back() == '.') message.pop_back();
    return message;
}

Result<std::string> ParseDate(std::string_view text) {
    if (text.find('0') != std::string_view::npos &&
        text.find_first_not_of("0/-.: ") == std::string_view::npos)
        return std::string();
    const auto bad = [&](const char *rule) {
        return Invalid("date_invalid", "\"" + Quoted(text) + "\" is no date", rule);
    };
    static constexpr const char *kRule = "dates are written MM/DD/YYYY, as in 12/14/1980";
    const auto parts = Split(text, '/');
    if (parts.size() < 2 || parts.size() > 3) return bad(kRule);
    int numbers[3] = {0, 0, kYearUnknown};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t most = i == 2 ? 4 : 2;
        if (parts[i].empty() || parts[i].size() > most || (i == 2 && parts[i].size() != 4) ||
            !std::all_of(parts[i].begin(), parts[i].end(), IsDigit))
            return bad(kRule);
        numbers[i] = std::stoi(std::string(parts[i]));
    }
    const auto [month, day, year] = numbers;
    if (month < 1 || month > 12) return bad("there are 12 months, and the month stands first (MM/DD/YYYY)");
    if (year == 0) return bad("there is no year 0");
    if (day < 1 || day > DaysInMonth(year, month)) return bad("that month has no such day (MM/DD/YYYY)");
    const auto two = [](int n) {
        return std::string{static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
    };
    const std::string month_day = '-' + two(month) + '-' + two(day);
    return year == kYearUnknown ? '-' + month_day : two(year / 100) + two(year % 100) + month_day;
}

void Validator::Add(Draft &draft, Severity severity, const char *code, const BoundColumn &bound,
                    std::string value, std::string message) const {
    Issue issue;
    issue.severity = severity;
    issue.code = code;
    issue.column = bound.index;
    issue.target = bound.column ? NameOf(bound.column->target) : "custom";
    issue.value = Capped(value);
    issue.message = std::move(message);
    draft.Add(std::move(issue));
}

bool Validator::IsHeader(const std::vector<std::string> &cells) const {
    if (cells.size() != mapping_.header.size()) return false;
    return std::equal(cells.begin(), cells.end(), mapping_.header.begin(), [](const auto &a, const auto &b) {
        return NormalizeHeader(a, false) == NormalizeHeader(b, false);
    });
}

bool Validator::IsDescription(const std::vector<std::string> &cells) const {
    bool any = false;
    for (const BoundColumn &bound : mapping_.columns) {
        if (!bound.column || static_cast<std::size_t>(bound.index) >= cells.size()) continue;
        const std::string &cell = cells[static_cast<std::size_t>(bound.index)];
        if (Trim(cell).empty()) continue;
        // No contact has a phone without a digit or an address without an @.
        if (bound.column->target == Target::kPhoneList) {
            if (std::any_of(cell.begin(), cell.end(), IsDigit)) return false;
            any = true;
        } else if (bound.column->target == Target::kEmail) {
            if (cell.find('@') != std::string::npos) return false;
            any = true;
        }
    }
    return any;
}

void Validator::CheckLength(Draft &draft, const BoundColumn &bound, const std::string &text) const {
    if (!bound.column) return;
    const int longest = bound.column->max_length, shortest = bound.column->min_length;
    if (!longest && !shortest) return;
    const int length = static_cast<int>(CharacterCount(text));
    if (longest && length > longest)
        Add(draft, LimitSeverity(), "too_long", bound, text,
            std::string(mapping_.format->title) + " takes at most " + std::to_string(longest) +
                " characters here, this has " + std::to_string(length));
    if (shortest && length < shortest)
        Add(draft, LimitSeverity(), "too_short", bound, text,
            std::string(mapping_.format->title) + " wants at least " + std::to_string(shortest) +
                " characters here, this has " + std::to_string(length));
}

Cell Validator::ReadCell(Draft &draft, const BoundColumn &bound, std::string &text) const {
    const auto index = static_cast<std::size_t>(bound.index);
    if (index < draft.cells.size()) text = ValueOf(draft.cells[index]);
    // A mark that nobody sees is no value.
    if (!text.empty() && static_cast<unsigned char>(text[0]) >= 0x80 && StripInvisible(text).empty() &&
        !csv::Unmark(draft.cells[index]))
        text.clear();
    if (text.empty()) return rules_.clear_empty && index < draft.cells.size() ? Cell::Clear() : Cell{};
    if (IsSpreadsheetError(text))
        Add(draft, Severity::kWarning, "spreadsheet_error", bound, text,
            "this is what a spreadsheet shows for a formula that failed");
    CheckLength(draft, bound, text);
    return Cell::Value(text);
}

void Validator::ReadField(Draft &draft, const BoundColumn &bound, Cell cell) const {
    const Target target = bound.column->target;
    if (FieldOf(target) == ContactField::kCount) return;
    Cell &field = draft[FieldOf(target)];
    if (field.is_value()) return;  // a duplicate column: the first value wins
    if (!cell.is_value()) {
        if (cell.kind == Cell::Kind::kClear) field = cell;
        return;
    }
    std::string &text = cell.text;
    if (target == Target::kBirthDate) {
        Result<std::string> date = ParseDate(text);
        if (!date)
            return Add(draft, Severity::kError, date.fault().code, bound, text, Sentence(date.fault()));
        if (date->empty()) return;
        if (date->at(0) != '-' && *date > Today())
            Add(draft, Severity::kWarning, "date_future", bound, text, "this birthday is in the future");
        text = std::move(date).value();
    } else if (target == Target::kLanguage) {
        Result<std::string> tag = LanguageTag(text);
        if (!tag) return Add(draft, Severity::kError, tag.fault().code, bound, text, Sentence(tag.fault()));
        text = std::move(tag).value();
    } else if (const std::vector<Term> &terms = TermsOf(target); !terms.empty()) {
        const Term *found = FindTerm(terms, text);
        if (!found)
            return Add(draft, Severity::kError, "enum_invalid", bound, text,
                       "\"" + Quoted(text) + "\" is none of " + WrittenList(terms));
        text = found->stored;
    }
    field = std::move(cell);
}

PartChange &Validator::ChangeOf(Draft &draft, int slot) const {
    const auto found = std::find_if(draft.parts.begin(), draft.parts.end(),
                                    [&](const PartChange &change) { return change.slot == slot; });
    if (found != draft.parts.end()) return *found;
    PartChange change;
    change.slot = slot;
    change.kind = mapping_.slots[static_cast<std::size_t>(slot)].kind;
    change.components.resize(InfoOf(change.kind).values.size());
    draft.parts.push_back(std::move(change));
    return draft.parts.back();
}

Result<std::string> Validator::NumberOf(std::string_view cell) const {
    const std::string visible = StripInvisible(cell);
    std::string text(UnwrapSpreadsheet(Trim(visible)));
    PhoneRule rule = mapping_.format->phones;
    std::string_view region = mapping_.format->default_region;
    if (!rules_.region.empty()) {
        rule = PhoneRule::kRegional;
        region = rules_.region;
    }
    const bool plus = text.rfind("+", 0) == 0 || text.rfind("\uFF0B", 0) == 0 || text.rfind("tel:", 0) == 0;
    if (rule == PhoneRule::kInternational && !plus)
        return Invalid("phone_not_e164", "\"" + Quoted(text) + "\" does not begin with + and a country code",
                       "write it like +85212345678");
    if (rule == PhoneRule::kBareInternational && !plus)
        text = text.rfind("00", 0) == 0 ? "+" + text.substr(2) : "+" + text;
    if (rule != PhoneRule::kRegional) region = {};
    Result<Phone> phone = ParsePhone(text, region);
    if (phone) return phone->text();
    Fault fault = phone.fault();
    // The message names what stands in the file.
    const std::string read = Quoted(text), shown = Quoted(Trim(cell));
    if (const std::size_t at = fault.message.find(read); at != std::string::npos)
        fault.message.replace(at, read.size(), shown);
    return fault;
}

void Validator::ReadPhone(Draft &draft, const BoundColumn &bound, PartChange &change,
                          const std::string &text) const {
    std::string entered = text;
    // Data frames write whole numbers as decimals; the tail would read as one more digit.
    if (const std::size_t dot = entered.size() >= 2 ? entered.size() - 2 : std::string::npos;
        dot != std::string::npos && dot > 5 && entered.compare(dot, 2, ".0") == 0 &&
        std::all_of(entered.begin() + (entered[0] == '+'), entered.begin() + static_cast<std::ptrdiff_t>(dot),
                    IsDigit)) {
        Add(draft, Severity::kWarning, "phone_decimal", bound, text, "a decimal tail \".0\" was dropped");
        entered.resize(dot);
    }
    Result<std::string> number = NumberOf(entered);
    if (number) {
        change.components[kPhoneNumber] = Cell::Value(*number);
        change.components[kPhoneEntered] = *number == text ? Cell::Clear() : Cell::Value(text);
        return;
    }
    change.components[kPhoneNumber] = Cell::Clear();
    change.components[kPhoneEntered] = Cell::Value(text);
    const bool kept = mapping_.format->phones == PhoneRule::kRegional;
    Issue issue{kept ? Severity::kWarning : Severity::kError,
                number.fault().code,
                bound.index,
                NameOf(bound.column->target),
                Capped(text),
                Sentence(number.fault()) + (kept ? "; kept as entered" : "")};
    if (!kept && !draft.key.empty() && rules_.mode != Mode::kInsert)
        change.pending.push_back(std::move(issue));  // one for each entry of the cell
    else
        draft.Add(std::move(issue));
}

bool Validator::ReadEmail(Draft &draft, const BoundColumn &bound, std::string text,
                          std::string &address) const {
    text = StripInvisible(text);
    // `Name <a@b>`, as mail programs copy it; a quoted local part may hold a < of its own.
    const std::size_t open = text.rfind('<');
    if (open != std::string::npos && text.back() == '>' && text.find('@', open) != std::string::npos) {
        Add(draft, Severity::kWarning, "email_display_form", bound, text,
            "only the address itself was taken");
        text = text.substr(open + 1, text.size() - open - 2);
    }
    const Result<Email> email = ParseEmail(text);
    if (!email) {
        Add(draft, Severity::kError, email.fault().code, bound, text, Sentence(email.fault()));
        return false;
    }
    address = std::string(email->text());
    return true;
}

void Validator::ReadCountry(Draft &draft, const BoundColumn &bound, const std::string &text, Cell &code,
                            Cell &entered) const {
    const Result<Country> country = FindCountry(text);
    if (country) {
        if (mapping_.format->country_required_known && country->by != Country::Matched::kStandardName &&
            country->by != Country::Matched::kDisplayName)
            Add(draft, Severity::kWarning, "country_spelling", bound, text,
                "read as " + country->code + "; the product lists countries by their ISO 3166-1 names");
        code = Cell::Value(country->code);
        entered = Cell::Clear();
        return;
    }
    const bool fatal = mapping_.format->country_required_known;
    Add(draft, fatal ? Severity::kError : Severity::kWarning, country.fault().code, bound, text,
        Sentence(country.fault()) + (fatal ? "" : "; kept as entered"));
    code = Cell::Clear();
    entered = Cell::Value(text);
}

// Entries of a list cell. 8x8 writes `number TYPE: number TYPE`, the legacy product `value_TYPE;value_TYPE`;
// both are read everywhere, since the separators are no part of a number, an address or a type.
void Validator::ReadList(Draft &draft, const BoundColumn &bound, PartChange &change,
                         const std::string &text) const {
    const Target target = bound.column->target;
    if (target == Target::kGroups) {
        for (const std::string_view name : Split(text, mapping_.format->list_separator[0])) {
            const std::string_view trimmed = Trim(name);
            if (!trimmed.empty()) change.list.push_back({0, "", {std::string(trimmed)}});
        }
        return;
    }
    if (mapping_.format->structured_lists) return ReadStructuredList(draft, bound, change, text);
    const bool phones = target == Target::kPhoneList;
    const std::vector<Term> &types = TermsOf(target);
    for (std::size_t begin = 0, end; begin < text.size(); begin = end + 1) {
        for (end = begin; end < text.size(); ++end)
            if ((text[end] == ':' && phones) || (text[end] == ';' && text.compare(end, 5, ";ext=") != 0))
                break;
        std::string entry(Trim(std::string_view(text).substr(begin, end - begin)));
        if (entry.empty()) continue;
        // The type is the last word, set off by a space or an underscore (an e-mail's local part may hold one
        // too).
        std::size_t word = entry.size();
        while (word > 0 && IsLetter(entry[word - 1])) --word;
        const bool separated =
            word > 0 && word < entry.size() && (entry[word - 1] == ' ' || entry[word - 1] == '_');
        const char *label = nullptr;
        if (separated) {
            if (const Term *type = FindTerm(types, std::string_view(entry).substr(word)))
                label = type->stored;
            const bool could_be_text =
                target == Target::kAddressList || (target == Target::kEmailList && entry[word - 1] == '_' &&
                                                   entry.find('@', word) != std::string::npos);
            if (!label && !could_be_text) {
                Add(draft, Severity::kError, phones ? "phone_type_unknown" : "type_unknown", bound, entry,
                    "\"" + Quoted(entry.substr(word)) + "\" is none of " + WrittenList(types));
                continue;
            }
        }
        if (label) {
            entry.resize(word - 1);
            entry = std::string(Trim(entry));
        } else {
            label = "other";
            Add(draft, LimitSeverity(), phones ? "phone_type_missing" : "type_missing", bound, entry,
                std::string(mapping_.format->title) + " ignores an entry without a type; taken as OTHER");
        }
        Part part;
        part.label = label;
        if (target == Target::kPhoneList) {
            ReadPhone(draft, bound, change, entry);
            for (Cell &component : change.components)
                part.values.push_back(component.is_value() ? std::optional<std::string>(component.text)
                                                           : std::nullopt);
        } else if (target == Target::kEmailList) {
            std::string address;
            if (!ReadEmail(draft, bound, entry, address)) continue;
            part.values = {address};
        } else {
            // street_city_state_zip_country
            const auto fields = Split(entry, '_');
            if (fields.size() != 5) {
                Add(draft, Severity::kError, "address_invalid", bound, entry,
                    "an address is written street_city_state_zip_country_TYPE");
                continue;
            }
            part.values.resize(InfoOf(PartKind::kAddress).values.size());
            const auto set = [&](std::size_t component, std::string_view value) {
                if (!Trim(value).empty()) part.values[component] = std::string(Trim(value));
            };
            set(kAddressStreet, fields[0]);
            set(kAddressCity, fields[1]);
            set(kAddressRegion, fields[2]);
            set(kAddressPostalCode, fields[3]);
            if (!Trim(fields[4]).empty()) {
                Cell code, entered;
                ReadCountry(draft, bound, std::string(Trim(fields[4])), code, entered);
                if (code.is_value()) part.values[kAddressCountry] = code.text;
                if (entered.is_value()) part.values[kAddressCountryEntered] = entered.text;
            }
        }
        change.list.push_back(std::move(part));
    }
}

void Validator::ReadStructuredList(Draft &draft, const BoundColumn &bound, PartChange &change,
                                   const std::string &text) const {
    for (const std::string_view entry : Split(text, '\x1E')) {
        auto values = Split(entry, '\x1F');
        values.resize(std::max<std::size_t>(values.size(), 7));
        const auto value = [&](std::size_t i) { return std::string(Trim(values[i])); };
        Part part;
        part.label = value(0);
        const auto set = [&](std::size_t component, std::string component_text) {
            if (!component_text.empty()) part.values[component] = std::move(component_text);
        };
        part.values.resize(InfoOf(change.kind).values.size());
        switch (bound.column->target) {
            case Target::kPhoneList:
                ReadPhone(draft, bound, change, value(1));
                for (std::size_t i = 0; i < part.values.size(); ++i)
                    if (change.components[i].is_value()) part.values[i] = change.components[i].text;
                if (value(2) == "sms") part.values[kPhoneSms] = "true";
                break;
            case Target::kEmailList: {
                std::string address;
                if (!ReadEmail(draft, bound, value(1), address)) continue;
                part.values[0] = std::move(address);
                break;
            }
            case Target::kSocialList:
                part.values[0] = value(1);
                break;
            default: {
                set(kAddressStreet, value(1));
                set(kAddressStreet2, value(2));
                set(kAddressCity, value(3));
                set(kAddressRegion, value(4));
                set(kAddressPostalCode, value(5));
                Cell code, entered;
                if (!value(6).empty()) ReadCountry(draft, bound, value(6), code, entered);
                set(kAddressCountry, code.text);
                set(kAddressCountryEntered, entered.text);
            }
        }
        change.list.push_back(std::move(part));
    }
}

void Validator::ReadPart(Draft &draft, const BoundColumn &bound, const Cell &cell) const {
    const Target target = bound.column->target;
    const Slot &slot = mapping_.slots[static_cast<std::size_t>(bound.slot)];
    if (target == Target::kPhoneExtension) return;  // read after its number, see AddExtensions
    if (!cell.is_value()) {
        if (cell.kind != Cell::Kind::kClear) return;
        PartChange &change = ChangeOf(draft, bound.slot);
        if (slot.list || target != Target::kPhoneSms)
            change.components[static_cast<std::size_t>(bound.component)] = cell;
        change.clear = change.clear || slot.list || slot.kind == PartKind::kEmail ||
                       slot.kind == PartKind::kSocial || target == Target::kPhone;
        return;
    }
    PartChange &change = ChangeOf(draft, bound.slot);
    if (slot.list) return ReadList(draft, bound, change, cell.text);
    Cell &component = change.components[static_cast<std::size_t>(bound.component)];
    if (component.is_value()) return;
    switch (target) {
        case Target::kPhone:
            ReadPhone(draft, bound, change, cell.text);
            break;
        case Target::kPhoneSms:
            if (IsYes(cell.text) || IsNo(cell.text))
                component = Cell::Value(IsYes(cell.text) ? "true" : "false");
            else
                Add(draft, Severity::kError, "boolean_invalid", bound, cell.text,
                    "\"" + Quoted(cell.text) + "\" is neither true nor false");
            break;
        case Target::kEmail: {
            std::string address;
            if (ReadEmail(draft, bound, cell.text, address)) component = Cell::Value(address);
            break;
        }
        case Target::kCountry:
            ReadCountry(draft, bound, cell.text, component, change.components[kAddressCountryEntered]);
            break;
        default:
            component = cell;
    }
}

// A number's extension may stand in a column of its own.
void Validator::AddExtensions(Draft &draft) const {
    for (const BoundColumn &bound : mapping_.columns) {
        if (!bound.column || bound.column->target != Target::kPhoneExtension) continue;
        const auto index = static_cast<std::size_t>(bound.index);
        const std::string text =
            index < draft.cells.size() ? ValueOf(draft.cells[index]) : std::string();
        const auto found = std::find_if(draft.parts.begin(), draft.parts.end(),
                                        [&](const PartChange &change) { return change.slot == bound.slot; });
        const bool has_number = found != draft.parts.end() && found->components[kPhoneNumber].is_value();
        if (text.empty()) {
            if (has_number) found->keep_extension = !rules_.clear_empty;
            continue;
        }
        if (!has_number) {
            Add(draft, Severity::kWarning, "phone_extension_alone", bound, text,
                "an extension without a number is not kept");
            continue;
        }
        Cell &number = found->components[kPhoneNumber];
        const std::string base = number.text.substr(0, number.text.find(';'));
        if (text.size() > 20 || !std::all_of(text.begin(), text.end(), IsDigit))
            Add(draft, Severity::kError, "phone_extension_invalid", bound, text,
                "\"" + Quoted(text) + "\" is no extension: it has 1 to 20 digits");
        else
            number.text = base + ";ext=" + text;
    }
}

void Validator::ReadOrganization(Draft &draft, const BoundColumn &bound, const Cell &cell) const {
    if (cell.is_value() && !draft.organization) draft.organization.emplace();
    if (!draft.organization || !cell.is_value()) return;
    OrganizationDraft &organization = *draft.organization;
    const Target target = bound.column->target;
    if (target == Target::kOrganizationId) {
        organization.external_id = StripInvisible(cell.text);
        return;
    }
    const OrganizationField wanted = OrganizationFieldOf(target);
    if (wanted == OrganizationField::kCount) return;
    Cell &field = organization[wanted];
    if (field.is_value()) return;
    switch (target) {
        case Target::kOrganizationPhone:
        case Target::kOrganizationFax: {
            const Result<std::string> number = NumberOf(cell.text);
            const bool fax = target == Target::kOrganizationFax;
            Cell &entered =
                organization[fax ? OrganizationField::kFaxEntered : OrganizationField::kPhoneEntered];
            field = number ? Cell::Value(*number) : Cell::Clear();
            entered = number ? Cell::Clear() : Cell::Value(cell.text);
            if (!number)
                Add(draft, Severity::kWarning, number.fault().code, bound, cell.text,
                    Sentence(number.fault()) + "; kept as entered");
            break;
        }
        case Target::kOrganizationCountry: {
            Cell code, entered;
            ReadCountry(draft, bound, cell.text, code, entered);
            field = code.is_value() ? code : entered;
            break;
        }
        case Target::kOrganizationEmployeeCount:
        case Target::kOrganizationRevenue:
            if (cell.text.size() > 18 || !std::all_of(cell.text.begin(), cell.text.end(), IsDigit))
                Add(draft, Severity::kError, "integer_invalid", bound, cell.text,
                    "\"" + Quoted(cell.text) + "\" is no whole number");
            else
                field = cell;
            break;
        case Target::kOrganizationWebsites:
        case Target::kOrganizationTags: {
            // The product does not say how a list is written: ; and , both separate.
            std::string list = cell.text, joined;
            std::replace(list.begin(), list.end(), ',', ';');
            for (const std::string_view element : Split(list, ';'))
                if (!Trim(element).empty())
                    joined += (joined.empty() ? "" : "\n") + std::string(Trim(element));
            if (!joined.empty()) field = Cell::Value(joined);
            break;
        }
        default:
            field = cell;
    }
}

// Empty cells beside an organization's own record empty its fields; no organization at all means that the
// contact belongs to none. One that is only mentioned stays as it is.
void Validator::ClearOrganization(Draft &draft) const {
    if (!draft.organization) {
        draft.clear_organization = mapping_.has_organization;
        return;
    }
    OrganizationDraft &organization = *draft.organization;
    if (!organization[OrganizationField::kName].is_value()) return;
    const auto clear = [](Cell &field) {
        if (field.kind == Cell::Kind::kKeep) field = Cell::Clear();
    };
    for (const BoundColumn &bound : mapping_.columns) {
        if (!bound.column || !IsOrganization(bound.column->target) ||
            bound.column->target == Target::kOrganizationId ||
            static_cast<std::size_t>(bound.index) >= draft.cells.size())
            continue;
        clear(organization[OrganizationFieldOf(bound.column->target)]);
        if (bound.column->target == Target::kOrganizationPhone)
            clear(organization[OrganizationField::kPhoneEntered]);
        if (bound.column->target == Target::kOrganizationFax)
            clear(organization[OrganizationField::kFaxEntered]);
    }
}

int Validator::IndexOf(const Column *column) const {
    const auto bound = std::find_if(mapping_.columns.begin(), mapping_.columns.end(),
                                    [&](const BoundColumn &b) { return b.column == column; });
    return bound == mapping_.columns.end() ? -1 : bound->index;
}

std::vector<Issue> Validator::MissingForInsert(const Draft &draft) const {
    std::vector<Issue> missing;
    for (const Column &column : mapping_.format->columns) {
        if (!column.required || IsOrganization(column.target)) continue;
        if (column.target == Target::kContactId ? !draft.key.empty()
                                                : draft[FieldOf(column.target)].is_value())
            continue;
        const int index = IndexOf(&column);
        missing.push_back({Severity::kError, "required_missing", index, NameOf(column.target), "",
                           std::string(mapping_.format->title) + " requires \"" + column.header + "\"" +
                               (index < 0 ? ", which the file does not have" : "")});
    }
    return missing;
}

std::vector<Issue> Validator::MissingForUpdate(
    const Draft &draft, const std::array<std::optional<std::string>, kContactColumns.size()> &held) const {
    std::vector<Issue> missing;
    if (rules_.duplicates() != OnDuplicate::kUpdate) return missing;
    for (const Column &column : mapping_.format->columns) {
        if (!column.required || IsOrganization(column.target) || column.target == Target::kContactId)
            continue;
        const ContactField field = FieldOf(column.target);
        const Cell::Kind kind = draft[field].kind;
        if (!held[static_cast<std::size_t>(field)] || kind == Cell::Kind::kValue) continue;
        if (kind == Cell::Kind::kClear)
            missing.push_back({Severity::kError, "required_missing", IndexOf(&column), NameOf(column.target),
                               "",
                               std::string("\"") + column.header + "\" is required and cannot be emptied"});
        else if (mapping_.format->required_on_update)
            missing.push_back({Severity::kError, "required_missing", IndexOf(&column), NameOf(column.target),
                               "",
                               std::string(mapping_.format->title) + " requires \"" + column.header + '"'});
    }
    return missing;
}

// Whether it is known before the record is matched that its required columns must be there.
bool Validator::RequiresAll(const Draft &draft) const {
    // Other criteria than the ID, and duplicates that update, leave it to the match.
    if (!rules_.match_by.empty() || rules_.on_duplicate == OnDuplicate::kUpdate) return false;
    if (rules_.mode == Mode::kInsert) return true;
    return draft.key.empty() && rules_.mode != Mode::kUpdate;
}

void Validator::CheckRequired(Draft &draft) const {
    if (draft.has_contact) {
        if (RequiresAll(draft)) {
            for (Issue &issue : MissingForInsert(draft)) draft.Add(std::move(issue));
        } else if (draft.key.empty() && rules_.match_by.empty() && rules_.mode == Mode::kUpdate) {
            const Column *id = FindColumn(*mapping_.format, Target::kContactId);
            draft.Add({Severity::kError, "required_missing", IndexOf(id), NameOf(Target::kContactId), "",
                       std::string("an update needs \"") + (id ? id->header : "an ID") + '"'});
        }
    }
    if (!draft.organization) return;
    OrganizationDraft &organization = *draft.organization;
    const Column *id = FindColumn(*mapping_.format, Target::kOrganizationId);
    const Column *name = FindColumn(*mapping_.format, Target::kOrganizationName);
    if (id && organization.external_id.empty())
        draft.Add({Severity::kError, "required_missing", IndexOf(id), NameOf(Target::kOrganizationId), "",
                   std::string(mapping_.format->title) + " requires \"" + id->header + '"'});
    const bool mentioned_only =
        draft.has_contact && std::none_of(organization.fields.begin(), organization.fields.end(),
                                          [](const Cell &cell) { return cell.is_value(); });
    organization.name_required = !mentioned_only;
    if (organization.name_required && !organization[OrganizationField::kName].is_value())
        draft.Add({Severity::kError, "required_missing", IndexOf(name), NameOf(Target::kOrganizationName), "",
                   std::string(mapping_.format->title) + " requires \"" + name->header + '"'});
    const bool symbol = organization[OrganizationField::kTickerSymbol].is_value();
    if (symbol != organization[OrganizationField::kTickerExchange].is_value())
        draft.Add({Severity::kWarning, "ticker_incomplete",
                   IndexOf(FindColumn(*mapping_.format, symbol ? Target::kOrganizationTickerSymbol
                                                               : Target::kOrganizationTickerExchange)),
                   NameOf(Target::kOrganizationTickerSymbol), "", "a ticker is a symbol and its exchange"});
}

void Validator::Validate(Draft &draft) const {
    draft.custom.resize(mapping_.custom_keys.size());
    const std::size_t width = mapping_.header.size();
    const bool surplus =
        draft.cells.size() > width &&
        std::any_of(draft.cells.begin() + static_cast<std::ptrdiff_t>(width), draft.cells.end(),
                    [](const std::string &cell) { return !Trim(cell).empty(); });
    if (surplus || (rules_.strict && draft.cells.size() != width))
        draft.Add({Severity::kError, "wrong_field_count", -1, "", "",
                   "the header has " + std::to_string(width) + " columns, this record has " +
                       std::to_string(draft.cells.size())});
    for (const BoundColumn &bound : mapping_.columns)
        if (bound.column && bound.column->target == Target::kContactId) {
            const auto index = static_cast<std::size_t>(bound.index);
            if (index >= draft.cells.size() || !draft.key.empty()) continue;
            draft.key = StripInvisible(UnwrapSpreadsheet(ValueOf(draft.cells[index])));
            draft.key_uuid = ParseUuid(draft.key);
        }
    for (const BoundColumn &bound : mapping_.columns) {
        std::string text;
        const Cell cell = ReadCell(draft, bound, text);
        if (!bound.column || bound.column->target == Target::kCustom) {
            Cell &custom = draft.custom[static_cast<std::size_t>(bound.custom_key)];
            if (!custom.is_value()) custom = cell;
        } else if (IsOrganization(bound.column->target)) {
            ReadOrganization(draft, bound, cell);
            continue;
        } else if (bound.column->target == Target::kContactId) {
            // read above: other columns' faults depend on it
        } else if (bound.slot >= 0) {
            ReadPart(draft, bound, cell);
        } else {
            ReadField(draft, bound, cell);
        }
        draft.has_contact = draft.has_contact || !text.empty();
    }
    AddExtensions(draft);
    for (PartChange &change : draft.parts)
        if (change.kind == PartKind::kGroup) DropRepeated(change.list);
    if (rules_.clear_empty) ClearOrganization(draft);
    // A company alone is no contact where the product has no records of organizations.
    if (draft.organization && !FindColumn(*mapping_.format, Target::kOrganizationId))
        draft.has_contact = true;
    if (!draft.has_contact && !draft.organization) draft.has_contact = true;
    CheckRequired(draft);
}

}  // namespace contacts
