#include "core/format/validate.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <unordered_set>

#include "core/csv/writer.h"
#include "core/email/email.h"
#include "core/text.h"
#include "core/phone/parse.h"
#include "core/place/country.h"
#include "core/place/language.h"

namespace contacts {
namespace {

constexpr std::size_t kMaxLabel = 40;        // characters of a part's label
constexpr std::size_t kMaxIssueValue = 256;  // bytes of a cell that import_error.value repeats

std::string Capped(std::string_view value) {
    if (value.size() <= kMaxIssueValue) return std::string(value);
    std::size_t length = kMaxIssueValue;
    while (length > 0 && (static_cast<unsigned char>(value[length]) & 0xC0) == 0x80) --length;
    return std::string(value.substr(0, length)) + "…";
}

bool BeginsInvisibly(std::string_view text) {
    if (text.empty() || static_cast<unsigned char>(text[0]) < 0x80) return false;
    const std::size_t length = Utf8Length(text.data(), text.data() + text.size());
    return length >= 2 && IsInvisible(Utf8Character(text.data(), length));
}

// Spreadsheets guard what must stay text: ="0123" and '+123.
std::string_view UnwrapSpreadsheet(std::string_view text) {
    if (csv::IsTextFormula(text)) return text.substr(2, text.size() - 3);
    if (text.size() >= 2 && text[0] == '\'' &&
        (IsAsciiDigit(text[1]) || std::string_view("+-=@").find(text[1]) != std::string_view::npos))
        return text.substr(1);
    return text;
}

// A number that a spreadsheet made of a phone number: 8.52E+11. The digits, where the mantissa has all of
// them.
struct Scientific {
    bool is_one = false;
    std::string digits;  // empty: lost
};
Scientific ReadScientific(std::string_view text) {
    Scientific out;
    // Asked of every number.
    const auto e = static_cast<std::size_t>(
        std::find_if(text.begin(), text.end(), [](char c) { return c == 'e' || c == 'E'; }) - text.begin());
    if (e == 0 || e + 1 >= text.size()) return out;
    std::string_view exponent = text.substr(e + 1);
    if (exponent[0] == '+') exponent.remove_prefix(1);
    std::string digits;
    std::size_t whole = std::string_view::npos;
    for (const char c : text.substr(0, e)) {
        if (IsAsciiDigit(c))
            digits += c;
        else if (c == '+' && digits.empty() && whole == std::string_view::npos)
            continue;
        else if ((c == '.' || c == ',') && whole == std::string_view::npos)
            whole = digits.size();
        else
            return out;
    }
    if (digits.empty() || exponent.empty() || exponent.size() > 3 ||
        !std::all_of(exponent.begin(), exponent.end(), IsAsciiDigit))
        return out;
    out.is_one = true;
    if (whole == std::string_view::npos) whole = digits.size();
    const std::size_t wanted = whole + static_cast<std::size_t>(std::stoi(std::string(exponent)));
    // 4.479E+11 may end in anything; 3.108207129E9 ends here.
    if (digits.size() == wanted && wanted >= 7) out.digits = digits;
    return out;
}

bool IsNamePrefix(std::string_view text) {
    static constexpr std::string_view kPrefixes[] = {
        "mr",  "mrs",  "ms",   "miss", "mx",      "dr",       "prof", "professor", "sir",    "dame",
        "rev", "hon",  "herr", "frau", "mme",     "mlle",     "m",    "monsieur",  "madame", "sr",
        "sra", "srta", "sig",  "dott", "dr. med", "prof. dr", "pan",  "pani"};
    while (!text.empty() && text.back() == '.') text.remove_suffix(1);
    return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                       [&](std::string_view prefix) { return EqualIgnoreCase(prefix, text); });
}

std::vector<std::string> SplitBy(std::string_view text, std::string_view separator) {
    std::vector<std::string> out;
    for (;;) {
        const std::size_t at = text.find(separator);
        const std::string_view element = Trim(text.substr(0, at));
        if (!element.empty()) out.emplace_back(element);
        if (at == std::string_view::npos) return out;
        text.remove_prefix(at + separator.size());
    }
}

// A date of zeros, which stands for none.
bool IsNoDate(std::string_view text) {
    return text.find('0') != std::string_view::npos &&
           text.find_first_not_of("0/-.: ") == std::string_view::npos;
}

bool IsSpreadsheetError(std::string_view text) {
    static constexpr std::string_view kTokens[] = {"#N/A",    "#REF!",  "#NAME?", "#VALUE!",
                                                   "#DIV/0!", "#NULL!", "#NUM!"};
    return text.starts_with('#') &&
           std::find(std::begin(kTokens), std::end(kTokens), text) != std::end(kTokens);
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
    return {.code = code, .message = std::move(message), .detail = std::move(detail), .hint = {}};
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
        case Target::kPhoneticFirstName:
            return ContactField::kPhoneticFirstName;
        case Target::kPhoneticLastName:
            return ContactField::kPhoneticLastName;
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

// Cells that say something about a part, but are no component of it.
bool IsAboutWhole(Target target) {
    return target == Target::kPhoneLabel || target == Target::kEmailLabel ||
           target == Target::kAddressLabel || target == Target::kAddressFormatted ||
           target == Target::kStreet3;
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

namespace {

constexpr std::string_view kMonths[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};

// 1 to 12 for an English name or its first three letters ("Sept" too), else 0.
int MonthOf(std::string_view word) {
    if (!word.empty() && word.back() == '.') word.remove_suffix(1);
    if (word.size() < 3) return 0;
    for (std::size_t m = 0; m < std::size(kMonths); ++m)
        if (EqualIgnoreCase(word, kMonths[m]) || EqualIgnoreCase(word, kMonths[m].substr(0, 3)) ||
            (m == 8 && EqualIgnoreCase(word, "sept")))
            return static_cast<int>(m) + 1;
    return 0;
}

// A time of day behind the date says nothing about a birthday.
std::string_view WithoutTime(std::string_view text) {
    const std::size_t at = text.find_first_of(" T", 6);
    if (at != std::string_view::npos && at + 1 < text.size() && IsAsciiDigit(text[at + 1]) &&
        text.find(':', at) != std::string_view::npos &&
        text.find_first_not_of("0123456789:.+-ZAPMapm ", at + 1) == std::string_view::npos)
        return text.substr(0, at);
    if (text.size() >= 11 && text.back() == 'Z') text.remove_suffix(1);
    return text;
}

struct DateParts {
    std::string_view year, month, day;
    int named_month = 0;
};

}  // namespace

Result<std::string> ParseDate(std::string_view text, const DateRule &rule) {
    if (IsNoDate(text)) return std::string();
    const char *form = rule.order == DateOrder::kMonthDayYear   ? "MM/DD/YYYY"
                       : rule.order == DateOrder::kDayMonthYear ? "DD/MM/YYYY"
                                                                : "YYYY-MM-DD";
    const char *example = rule.order == DateOrder::kMonthDayYear   ? "12/14/1980"
                          : rule.order == DateOrder::kDayMonthYear ? "14/12/1980"
                                                                   : "1980-12-14";
    const auto bad = [&](std::string detail) {
        return Invalid("date_invalid", "\"" + Quoted(text) + "\" is no date", std::move(detail));
    };
    const std::string written = std::string("dates are written ") + form + ", as in " + example;
    std::string_view rest = rule.only ? text : WithoutTime(text);
    if (rest.size() == 5 && AllDigits(rest))
        return bad("it is the serial number that a spreadsheet has for a date; " + written);
    DateParts parts;
    const std::size_t separator = rest.find_first_of("/-. ", rest.rfind("--", 0) == 0 ? 2 : 0);
    if (rule.only || (separator != std::string_view::npos && rest[separator] == '/')) {
        const auto split = Split(rest, '/');
        if (split.size() < 2 || split.size() > 3) return bad(written);
        if (!rule.only && split[0].size() == 4 && split.size() == 3)
            parts = {split[0], split[1], split[2]};
        else if (rule.order == DateOrder::kYearMonthDay)
            return bad(written);
        else if (rule.order == DateOrder::kMonthDayYear)
            parts = {split.size() == 3 ? split[2] : "1604", split[0], split[1]};
        else
            parts = {split.size() == 3 ? split[2] : "1604", split[1], split[0]};
    } else if (rest.rfind("--", 0) == 0) {
        std::string_view month_day = rest.substr(2);
        if (month_day.size() == 4 && AllDigits(month_day))
            parts = {"1604", month_day.substr(0, 2), month_day.substr(2)};
        else if (const auto split = Split(month_day, '-'); split.size() == 2)
            parts = {"1604", split[0], split[1]};
        else
            return bad(written);
    } else if (rest.size() == 8 && AllDigits(rest)) {
        parts = {rest.substr(0, 4), rest.substr(4, 2), rest.substr(6)};
    } else {
        // Words and numbers, whatever stands between them.
        std::vector<std::string_view> words;
        for (std::size_t begin = 0; begin < rest.size();) {
            const std::size_t end = std::min(rest.find_first_of("-., ", begin), rest.size());
            if (end > begin) words.push_back(rest.substr(begin, end - begin));
            begin = end + 1;
        }
        if (words.size() < 2 || words.size() > 3) return bad(written);
        if (const int month = MonthOf(words[1])) {
            parts = {words.size() == 3 ? words[2] : "1604", "", words[0], month};
        } else if (const int first = MonthOf(words[0])) {
            parts = {words.size() == 3 ? words[2] : "1604", "", words[1], first};
        } else if (words.size() == 3 && words[0].size() == 4) {
            parts = {words[0], words[1], words[2]};
        } else if (rest.find(' ') != std::string_view::npos) {
            return bad(written);
        } else if (rest.find('.') != std::string_view::npos && !rule.order_given) {
            // Who writes points writes the day first.
            parts = {words.size() == 3 ? words[2] : "1604", words[1], words[0]};
        } else if (rule.order == DateOrder::kYearMonthDay || words.size() != 3) {
            return bad(written);
        } else if (rule.order == DateOrder::kMonthDayYear) {
            parts = {words[2], words[0], words[1]};
        } else {
            parts = {words[2], words[1], words[0]};
        }
    }
    if (!AllDigits(parts.day) || parts.day.size() > 2 || !AllDigits(parts.year) ||
        (parts.year.size() != 4 && (rule.only || rule.strict || parts.year.size() != 2)) ||
        (!parts.named_month && (!AllDigits(parts.month) || parts.month.size() > 2)))
        return bad(written);
    const auto two = [](int n) {
        return std::string{static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
    };
    const int month = parts.named_month ? parts.named_month : std::stoi(std::string(parts.month));
    const int day = std::stoi(std::string(parts.day));
    int year = std::stoi(std::string(parts.year));
    if (month < 1 || month > 12)
        return bad(rule.order == DateOrder::kMonthDayYear
                       ? "there are 12 months, and the month stands first (MM/DD/YYYY)"
                       : std::string("there are 12 months (") + form + ")");
    const std::string month_day = '-' + two(month) + '-' + two(std::min(day, 99));
    if (parts.year.size() == 2) {
        year += 2000;
        if (two(year / 100) + two(year % 100) + month_day > Today()) year -= 100;
    }
    if (year == 0) return bad("there is no year 0");
    if (day < 1 || day > DaysInMonth(year, month))
        return bad(std::string("that month has no such day (") + form + ")");
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
    if (normalized_header_.empty())
        for (const std::string &name : mapping_.header)
            normalized_header_.push_back(NormalizeHeader(name, false));
    return std::equal(cells.begin(), cells.end(), normalized_header_.begin(),
                      [](const auto &a, const auto &b) { return NormalizeHeader(a, false) == b; });
}

bool Validator::IsDescription(const std::vector<std::string> &cells) const {
    bool any = false;
    for (const BoundColumn &bound : mapping_.columns) {
        if (!bound.column || static_cast<std::size_t>(bound.index) >= cells.size()) continue;
        const std::string &cell = cells[static_cast<std::size_t>(bound.index)];
        if (Trim(cell).empty()) continue;
        // No contact has a phone without a digit or an address without an @.
        if (bound.column->target == Target::kPhoneList) {
            if (std::any_of(cell.begin(), cell.end(), IsAsciiDigit)) return false;
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

// What a cell of the record says: a value that was marked for its way through a file as it was, anything else
// trimmed; nothing where it is empty, or as good as empty.
std::string Validator::TextOf(const Draft &draft, const BoundColumn &bound) const {
    const auto index = static_cast<std::size_t>(bound.index);
    if (index >= draft.cells.size()) return {};
    const std::string &cell = draft.cells[index];
    if (const auto value = csv::Unmark(cell)) return std::string(*value);
    std::string_view text = Trim(cell);
    // What a spreadsheet has to keep as it is, with all its figures.
    const Target target = bound.column ? bound.column->target : Target::kCustom;
    // A mark behind white space is none, and its apostrophe the value's.
    if ((target == Target::kContactId || target == Target::kPostalCode) && !csv::Unmark(text))
        text = UnwrapSpreadsheet(text);
    if (std::any_of(rules_.null_strings.begin(), rules_.null_strings.end(),
                    [&](const std::string &null) { return EqualIgnoreCase(null, text); }))
        return {};
    return std::string(text);
}

Cell Validator::ReadCell(Draft &draft, const BoundColumn &bound) const {
    const auto index = static_cast<std::size_t>(bound.index);
    std::string text;
    if (index < draft.cells.size() && !draft.cells[index].empty()) text = TextOf(draft, bound);
    // A mark that nobody sees is no value.
    if (BeginsInvisibly(text) && StripInvisible(text).empty() && !csv::Unmark(draft.cells[index]))
        text.clear();
    if (text.empty()) return rules_.clear_empty && index < draft.cells.size() ? Cell::Clear() : Cell{};
    if (IsSpreadsheetError(text))
        Add(draft, Severity::kWarning, "spreadsheet_error", bound, text,
            "this is what a spreadsheet shows for a formula that failed");
    CheckLength(draft, bound, text);
    return Cell::Value(std::move(text));
}

void Validator::ReadField(Draft &draft, const BoundColumn &bound, Cell cell) const {
    Target target = bound.column->target;
    if (target == Target::kTitle) target = IsNamePrefix(cell.text) ? Target::kNamePrefix : Target::kJobTitle;
    if (FieldOf(target) == ContactField::kCount) return;
    Cell &field = draft[FieldOf(target)];
    if (field.is_value()) return;  // a duplicate column: the first value wins
    if (!cell.is_value()) {
        if (cell.kind == Cell::Kind::kClear) field = cell;
        return;
    }
    std::string &text = cell.text;
    if (target == Target::kBirthDate) {
        const DateRule rule{rules_.dates.value_or(mapping_.dates),
                            mapping_.format->only_declared_dates && !rules_.dates, rules_.dates.has_value(),
                            rules_.strict};
        Result<std::string> date = ParseDate(text, rule);
        if (!date)
            return Add(draft, Severity::kError, date.fault().code, bound, text, Sentence(date.fault()));
        if (date->empty()) return;
        if (date->at(0) != '-' && *date > Today())
            Add(draft, Severity::kWarning, "date_future", bound, text, "this birthday is in the future");
        text = std::move(date).value();
    } else if (target == Target::kLanguage) {
        Result<std::string> tag = LanguageTag(text);
        const bool fatal = mapping_.format->closed_lists;
        if (!tag) {
            Add(draft, fatal ? Severity::kError : Severity::kWarning, tag.fault().code, bound, text,
                Sentence(tag.fault()) + (fatal ? "" : "; kept as entered"));
            if (fatal) return;
        } else {
            text = std::move(tag).value();
        }
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
    int &found = change_of_slot_[static_cast<std::size_t>(slot)];
    if (found >= 0) return draft.parts[static_cast<std::size_t>(found)];
    found = static_cast<int>(draft.parts.size());
    if (draft.parts.empty()) draft.parts.reserve(std::min<std::size_t>(mapping_.slots.size(), 8));
    PartChange &change = draft.parts.emplace_back();
    change.slot = slot;
    change.ordinal = mapping_.slots[static_cast<std::size_t>(slot)].ordinal;
    change.kind = mapping_.slots[static_cast<std::size_t>(slot)].kind;
    change.components.resize(InfoOf(change.kind).values.size());
    return change;
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
    // A formula is no number, however many digits it has.
    if (text[0] == '=')
        return Invalid("phone_invalid", "\"" + Quoted(Trim(cell)) + "\" is a formula, not a phone number");
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
                    IsAsciiDigit)) {
        Add(draft, Severity::kWarning, "phone_decimal", bound, text, "a decimal tail \".0\" was dropped");
        entered.resize(dot);
    }
    const Scientific scientific = ReadScientific(UnwrapSpreadsheet(entered));
    if (scientific.is_one && !scientific.digits.empty()) {
        Add(draft, Severity::kWarning, "phone_scientific", bound, text,
            "a spreadsheet wrote the number in scientific notation; it has all its digits: " +
                scientific.digits);
        entered = scientific.digits;
    }
    // Digits that are lost do not come back by keeping what is left of them.
    const bool lost = scientific.is_one && scientific.digits.empty();
    Result<std::string> number =
        lost ? Invalid("phone_scientific", "invalid phone number: \"" + Quoted(text) + '"',
                       "A spreadsheet took the number for an amount and its digits are lost.")
             : NumberOf(entered);
    if (number) {
        change.components[kPhoneNumber] = Cell::Value(*number);
        change.components[kPhoneEntered] = *number == text ? Cell::Clear() : Cell::Value(text);
        return;
    }
    change.components[kPhoneNumber] = Cell::Clear();
    change.components[kPhoneEntered] = Cell::Value(text);
    const bool kept = mapping_.format->phones == PhoneRule::kRegional && !lost && text[0] != '=';
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
        if (mapping_.format->closed_lists && country->by != Country::Matched::kStandardName &&
            country->by != Country::Matched::kDisplayName)
            Add(draft, Severity::kWarning, "country_spelling", bound, text,
                "read as " + country->code + "; the product lists countries by their ISO 3166-1 names");
        code = Cell::Value(country->code);
        entered = Cell::Clear();
        return;
    }
    const bool fatal = mapping_.format->closed_lists;
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
        for (std::string &name : SplitBy(text, mapping_.format->list_separator)) {
            if (mapping_.format->starred && name.rfind("* ", 0) == 0)
                name = std::string(Trim(name.substr(2)));
            if (!name.empty()) change.list.push_back({0, "", {std::move(name)}});
        }
        return;
    }
    if (target == Target::kNotes) {
        if (!text.empty()) change.list.push_back({0, "", {text}});
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
        while (word > 0 && IsAsciiLetter(entry[word - 1])) --word;
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

// The values of a cell: more than one only where the product says so, or where each can be read by itself.
std::vector<std::string> Validator::ValuesOf(Target target, const std::string &text) const {
    const Format &format = *mapping_.format;
    if (format.value_separator[0] != '\0') {
        std::vector<std::string> values = SplitBy(text, Trim(format.value_separator));
        if (values.size() > 1) return values;
    }
    if (format.splits_readable && text.find_first_of(";/") != std::string::npos && !ReadsAs(target, text))
        for (const char *separator : {";", " / "}) {
            std::vector<std::string> values = SplitBy(text, separator);
            if (values.size() > 1 && std::all_of(values.begin(), values.end(), [&](const std::string &value) {
                    return ReadsAs(target, value);
                }))
                return values;
        }
    return {text};
}

bool Validator::ReadsAs(Target target, std::string_view text) const {
    return target == Target::kPhone ? NumberOf(text).ok() : ParseEmail(text).ok();
}

// Labels are lower case in the directory. "* Work" is the primary one.
void Validator::ReadLabel(Draft &draft, const BoundColumn &bound, PartChange &change,
                          std::string_view text) const {
    if (text[0] == '*' && mapping_.format->starred) {
        change.primary = true;
        text = Trim(text.substr(1));
    }
    if (CharacterCount(text) > kMaxLabel)
        return Add(draft, Severity::kWarning, "label_too_long", bound, std::string(text),
                   "a label has at most " + std::to_string(kMaxLabel) + " characters; taken as \"" +
                       mapping_.slots[static_cast<std::size_t>(bound.slot)].label + '"');
    change.label.clear();
    for (const char c : text) change.label += ToLowerAscii(c);
}

// What only the whole record tells: an address in one piece counts where its parts say nothing, a third line
// of the street follows the second, further values of a cell follow the first, the primary part stands first.
void Validator::FinishParts(Draft &draft) const {
    bool reorder = false;
    for (PartChange &change : draft.parts) {
        const bool any = std::any_of(change.components.begin(), change.components.end(),
                                     [](const Cell &cell) { return cell.is_value(); });
        if (!change.formatted.empty() && !any && change.street3.empty())
            change.components[kAddressStreet] = Cell::Value(change.formatted);
        if (!change.street3.empty()) {
            Cell &street2 = change.components[kAddressStreet2];
            street2 = Cell::Value(street2.is_value() ? street2.text + "\n" + change.street3 : change.street3);
        }
        reorder = reorder || change.primary || !change.further.empty();
    }
    // A label without a value is a product's form that nobody filled in.
    std::erase_if(draft.parts, [&](const PartChange &change) {
        return change.list.empty() && !change.clear && !change.keep_extension &&
               !mapping_.slots[static_cast<std::size_t>(change.slot)].list &&
               std::none_of(change.components.begin(), change.components.end(),
                            [](const Cell &cell) { return cell.kind != Cell::Kind::kKeep; });
    });
    if (!reorder) return;
    std::vector<PartChange> parts;
    for (PartChange &change : draft.parts) {
        std::vector<std::vector<Cell>> further = std::move(change.further);
        change.further.clear();
        parts.push_back(std::move(change));
        for (std::vector<Cell> &components : further) {
            if (std::none_of(components.begin(), components.end(),
                             [](const Cell &cell) { return cell.is_value(); }))
                continue;
            PartChange more;
            more.kind = parts.back().kind;
            more.slot = parts.back().slot;
            more.label = parts.back().label;
            more.components = std::move(components);
            parts.push_back(std::move(more));
        }
    }
    std::stable_sort(parts.begin(), parts.end(), [](const PartChange &a, const PartChange &b) {
        return a.kind != b.kind ? a.kind < b.kind : a.primary > b.primary;
    });
    std::map<std::pair<PartKind, std::string>, int> ordinals;
    for (PartChange &change : parts) {
        const Slot &slot = mapping_.slots[static_cast<std::size_t>(change.slot)];
        if (!slot.list) change.ordinal = ++ordinals[{change.kind, slot.label}];
    }
    draft.parts = std::move(parts);
}

// The name as a whole is the contact's where the parts say nothing, and kept aside where it is not their sum.
void Validator::ReadName(Draft &draft, const BoundColumn &bound, const Cell &cell) const {
    Cell &custom = draft.custom[static_cast<std::size_t>(bound.custom_key)];
    if (!cell.is_value()) {
        if (!custom.is_value()) custom = cell;
        return;
    }
    static constexpr ContactField kParts[] = {ContactField::kNamePrefix, ContactField::kFirstName,
                                              ContactField::kMiddleName, ContactField::kLastName,
                                              ContactField::kNameSuffix};
    std::string whole;
    for (const ContactField part : kParts)
        if (draft[part].is_value()) whole += (whole.empty() ? "" : " ") + draft[part].text;
    const bool has_name = draft[ContactField::kFirstName].is_value() ||
                          draft[ContactField::kMiddleName].is_value() ||
                          draft[ContactField::kLastName].is_value();
    if (!has_name) {
        draft[ContactField::kFirstName] = cell;
        draft.whole_name = true;
    } else if (!custom.is_value()) {
        custom = cell.text == whole ? Cell::Clear() : cell;
    }
}

void Validator::ReadWebsite(Draft &draft, const BoundColumn &, const Cell &cell) const {
    Cell &field = draft[ContactField::kWebsites];
    if (!cell.is_value()) {
        if (!field.is_value() && cell.kind == Cell::Kind::kClear) field = cell;
        return;
    }
    std::vector<std::string> values{cell.text};
    if (mapping_.format->value_separator[0] != '\0')
        values = SplitBy(cell.text, Trim(mapping_.format->value_separator));
    // A line is an element of the list, also in a marked cell, which is not trimmed.
    for (const std::string &value : values)
        for (const std::string_view line : Split(value, '\n'))
            if (!line.empty())
                field =
                    Cell::Value(field.is_value() ? field.text + "\n" + std::string(line) : std::string(line));
}

// A birthday in three columns.
void Validator::ReadBirthColumns(Draft &draft) const {
    std::string text[3];  // year, month, day
    const BoundColumn *bound = nullptr;
    bool cleared = false;
    for (const BoundColumn &column : mapping_.columns) {
        if (!column.column) continue;
        const Target target = column.column->target;
        if (target != Target::kBirthYear && target != Target::kBirthMonth && target != Target::kBirthDay)
            continue;
        const auto index = static_cast<std::size_t>(column.index);
        if (index >= draft.cells.size()) continue;
        const std::string cell = TextOf(draft, column);
        cleared = true;
        if (cell.empty() || cell.find_first_not_of('0') == std::string::npos) continue;
        bound = &column;
        text[target == Target::kBirthYear ? 0 : target == Target::kBirthMonth ? 1 : 2] = cell;
    }
    Cell &field = draft[ContactField::kBirthDate];
    if (!bound) {
        if (cleared && rules_.clear_empty) field = Cell::Clear();
        return;
    }
    if (text[1].empty() || text[2].empty())
        return Add(draft, Severity::kWarning, "date_incomplete", *bound,
                   text[0] + '-' + text[1] + '-' + text[2],
                   "a birthday has a month and a day; it is not kept");
    const std::string month_day = text[1] + '/' + text[2];
    Result<std::string> date = ParseDate(text[0].empty() ? month_day : month_day + '/' + text[0]);
    if (!date) {
        // The message's form is not that of the columns.
        return Add(draft, Severity::kError, date.fault().code, *bound,
                   text[0] + '-' + text[1] + '-' + text[2],
                   "year \"" + Quoted(text[0]) + "\", month \"" + Quoted(text[1]) + "\" and day \"" +
                       Quoted(text[2]) + "\" are no date");
    }
    if (date->at(0) != '-' && *date > Today())
        Add(draft, Severity::kWarning, "date_future", *bound, *date, "this birthday is in the future");
    field = Cell::Value(std::move(date).value());
}

void Validator::ReadPart(Draft &draft, const BoundColumn &bound, const Cell &cell) const {
    const Target target = bound.column->target;
    const Slot &slot = mapping_.slots[static_cast<std::size_t>(bound.slot)];
    if (target == Target::kPhoneExtension) return;  // read after its number, see AddExtensions
    if (!cell.is_value()) {
        if (cell.kind != Cell::Kind::kClear || IsAboutWhole(target)) return;
        PartChange &change = ChangeOf(draft, bound.slot);
        if (slot.list || target != Target::kPhoneSms)
            change.components[static_cast<std::size_t>(bound.component)] = cell;
        change.clear = change.clear || slot.list || slot.kind == PartKind::kEmail ||
                       slot.kind == PartKind::kSocial || target == Target::kPhone;
        return;
    }
    PartChange &change = ChangeOf(draft, bound.slot);
    if (slot.list) return ReadList(draft, bound, change, cell.text);
    if (IsAboutWhole(target)) {
        if (target == Target::kStreet3)
            change.street3 = cell.text;
        else if (target == Target::kAddressFormatted)
            change.formatted = cell.text;
        else
            ReadLabel(draft, bound, change, cell.text);
        return;
    }
    Cell &component = change.components[static_cast<std::size_t>(bound.component)];
    if (component.is_value()) return;
    if (mapping_.finishes_parts && (target == Target::kPhone || target == Target::kEmail)) {
        const std::vector<std::string> values = ValuesOf(target, cell.text);
        for (std::size_t i = 1; i < values.size(); ++i) {
            PartChange more;
            more.kind = slot.kind;
            more.components.resize(change.components.size());
            if (target == Target::kPhone) {
                ReadPhone(draft, bound, more, values[i]);
                for (Issue &issue : more.pending) draft.Add(std::move(issue));
            } else {
                std::string address;
                if (ReadEmail(draft, bound, values[i], address)) more.components[0] = Cell::Value(address);
            }
            change.further.push_back(std::move(more.components));
        }
        if (values.size() > 1) return ReadValue(draft, bound, change, Cell::Value(values[0]));
    }
    ReadValue(draft, bound, change, cell);
}

void Validator::ReadValue(Draft &draft, const BoundColumn &bound, PartChange &change,
                          const Cell &cell) const {
    const Target target = bound.column->target;
    Cell &component = change.components[static_cast<std::size_t>(bound.component)];
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
        const std::string text = TextOf(draft, bound);
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
        if (text.size() > 20 || !std::all_of(text.begin(), text.end(), IsAsciiDigit))
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
            if (cell.text.size() > 18 || !std::all_of(cell.text.begin(), cell.text.end(), IsAsciiDigit))
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

bool Validator::HasIdentity(const Draft &draft) const {
    for (const ContactField field :
         {ContactField::kFirstName, ContactField::kMiddleName, ContactField::kLastName,
          ContactField::kNickname, ContactField::kPhoneticFirstName, ContactField::kPhoneticLastName})
        if (draft[field].is_value()) return true;
    if (draft.organization) return true;
    return std::any_of(draft.parts.begin(), draft.parts.end(), [](const PartChange &change) {
        if (change.kind != PartKind::kPhone && change.kind != PartKind::kEmail &&
            change.kind != PartKind::kSocial)
            return false;
        return !change.list.empty() || std::any_of(change.components.begin(), change.components.end(),
                                                   [](const Cell &cell) { return cell.is_value(); });
    });
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
    if (mapping_.format->needs_identity && !HasIdentity(draft))
        missing.push_back({Severity::kError, "no_identity", -1, "", "",
                           "the record has no name, organization, phone, e-mail address or social account"});
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
    change_of_slot_.assign(mapping_.slots.size(), -1);
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
            draft.key = StripInvisible(TextOf(draft, bound));
            if (mapping_.format->canonical_id) draft.key = mapping_.format->canonical_id(draft.key);
            draft.key_uuid = ParseUuid(draft.key);
        }
    std::vector<std::pair<const BoundColumn *, Cell>> names;
    for (const BoundColumn &bound : mapping_.columns) {
        Cell cell = ReadCell(draft, bound);
        bool says_something = cell.is_value();
        if (!bound.column || bound.column->target == Target::kCustom ||
            bound.column->target == Target::kCustomDate) {
            Cell &custom = draft.custom[static_cast<std::size_t>(bound.custom_key)];
            if (bound.column && bound.column->target == Target::kCustomDate && IsNoDate(cell.text))
                says_something = false;
            else if (!custom.is_value())
                custom = std::move(cell);
        } else if (IsOrganization(bound.column->target)) {
            ReadOrganization(draft, bound, cell);
            continue;
        } else if (bound.column->target == Target::kContactId) {
            // read above: other columns' faults depend on it
        } else if (bound.slot >= 0) {
            ReadPart(draft, bound, cell);
            if (IsAboutWhole(bound.column->target)) continue;
        } else if (bound.column->target == Target::kDisplayName) {
            names.push_back({&bound, std::move(cell)});
        } else if (bound.column->target == Target::kWebsites) {
            ReadWebsite(draft, bound, cell);
        } else {
            ReadField(draft, bound, std::move(cell));
        }
        draft.has_contact = draft.has_contact || says_something;
    }
    for (const auto &[bound, cell] : names) ReadName(draft, *bound, cell);
    if (mapping_.has_birth_columns) ReadBirthColumns(draft);
    if (mapping_.finishes_parts) FinishParts(draft);
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
