#include "core/vcard/card.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/csv/writer.h"
#include "core/format/validate.h"
#include "core/text.h"

namespace contacts::vcard {
namespace {

// The columns, in order.
enum CellIndex : std::size_t {
    kText,
    kUid,
    kFamily,
    kGiven,
    kAdditional,
    kPrefix,
    kSuffix,
    kNickname,
    kTitle,
    kOrganization,
    kUnit,
    kBirthday,
    kLanguage,
    kUrl,
    kTel,
    kEmail,
    kAddress,
    kImpp,
    kCategories,
    kNote,
    kRole,
    kFormattedName,
    kBirthdayText,
    kOther,
    kCells
};

constexpr char kEntry = '\x1E', kValue = '\x1F';
constexpr std::size_t kMaxLabel = 40;  // characters

std::string Lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), ToLowerAscii);
    return out;
}

// A value of a list's entry, without what separates them.
std::string Plain(std::string_view text) {
    std::string out(Trim(text));
    for (char &c : out)
        if (c == kEntry || c == kValue) c = ' ';
    return out;
}

void AddEntry(std::string &list, std::string_view label, std::initializer_list<std::string_view> values) {
    if (!list.empty()) list += kEntry;
    list += Plain(label);
    for (const std::string_view value : values) (list += kValue) += Plain(value);
}

std::string Component(const std::vector<std::string_view> &parts, std::size_t index) {
    if (index >= parts.size()) return {};
    // Several names in one component are separated by commas.
    std::string out;
    for (const std::string_view part : SplitValue(parts[index], ',')) {
        const std::string text = Unescape(part);
        if (Trim(text).empty()) continue;
        if (!out.empty()) out += ' ';
        out += Trim(text);
    }
    return out;
}

std::string CutLabel(std::string label) {
    std::size_t characters = 0;
    const char *const end = label.data() + label.size();
    for (const char *p = label.data(); p != end; ++characters) {
        if (characters == kMaxLabel) {
            label.resize(static_cast<std::size_t>(p - label.data()));
            break;
        }
        p += std::max<std::size_t>(1, Utf8Length(p, end));
    }
    return std::string(Trim(label));
}

// Apple writes its own labels beside, in a property of the same group: X-ABLabel:_$!<HomePage>!$_
class GroupLabels {
  public:
    GroupLabels() = default;
    explicit GroupLabels(const Card &card) {
        for (const Property &property : card.properties)
            if (!property.group.empty() && property.name == "X-ABLABEL")
                labels_.emplace(property.group, property.value);
    }

    // Empty where the property's group has none.
    std::string Find(const Property &property) const {
        const auto found = labels_.find(property.group);
        if (found == labels_.end()) return {};
        std::string_view label = Trim(found->second);
        if (label.size() > 8 && label.substr(0, 4) == "_$!<" && label.substr(label.size() - 4) == ">!$_")
            label = label.substr(4, label.size() - 8);
        return CutLabel(Lower(Unescape(label)));
    }

  private:
    // By group, the first one of each. Whoever writes the card chooses the groups: no hash table, which can
    // be made slow by them.
    std::map<std::string_view, std::string_view> labels_;
};

std::string LabelOf(const GroupLabels &labels, const Property &property) {
    const bool work = property.HasType("WORK"), home = property.HasType("HOME");
    if (property.name == "TEL") {
        if (property.HasType("FAX")) return work ? "work fax" : home ? "home fax" : "fax";
        if (property.HasType("CELL") || property.HasType("IPHONE") || property.HasType("MOBILE"))
            return "mobile";
        for (const char *type : {"PAGER", "CAR", "MAIN"})
            if (property.HasType(type)) return Lower(type);
    }
    if (std::string label = labels.Find(property); !label.empty()) return label;
    if (work) return "work";
    if (home) return "home";
    static constexpr std::array<std::string_view, 20> kNoLabel = {
        "PREF", "VOICE",  "INTERNET", "TEXT", "MSG",   "VIDEO", "TEXTPHONE", "OTHER",      "X400", "DOM",
        "INTL", "POSTAL", "PARCEL",   "ISDN", "MODEM", "BBS",   "PCS",       "X-INTERNET", "SMTP", "TLX"};
    for (const Parameter &parameter : property.parameters) {
        if (parameter.name != "TYPE") continue;
        if (std::any_of(kNoLabel.begin(), kNoLabel.end(),
                        [&](std::string_view name) { return EqualIgnoreCase(name, parameter.value); }))
            continue;
        if (const std::string label = CutLabel(Lower(parameter.value)); !label.empty()) return label;
    }
    return "other";
}

// 1 is the most preferred (4.0); the type PREF of older versions says as much.
int PreferenceOf(const Property &property) {
    if (property.HasType("PREF")) return 1;
    const std::string *pref = property.Find("PREF");
    if (!pref || pref->empty() || pref->size() > 3 ||
        pref->find_first_not_of("0123456789") != std::string::npos)
        return 101;
    return std::stoi(*pref);
}

std::string_view WithoutScheme(std::string_view text, std::string_view scheme) {
    text = Trim(text);
    return EqualIgnoreCase(text.substr(0, scheme.size()), scheme) ? text.substr(scheme.size()) : text;
}

// 1980-03-22, 19800322, with a time behind, --0322 and --03-22, as the MM/DD/YYYY or MM/DD that a date's cell
// has; empty if it is none of these.
std::string DateCell(std::string_view text) {
    text = Trim(text);
    text = text.substr(0, text.find_first_of("T "));
    if (text.substr(0, 2) == "--") {
        std::string digits(text.substr(2));
        digits.erase(std::remove(digits.begin(), digits.end(), '-'), digits.end());
        if (digits.size() != 4 || !AllDigits(digits)) return {};
        return digits.substr(0, 2) + '/' + digits.substr(2);
    }
    std::string digits(text);
    digits.erase(std::remove(digits.begin(), digits.end(), '-'), digits.end());
    const bool dashes = text.size() == 10 && text[4] == '-' && text[7] == '-';
    if (digits.size() != 8 || !AllDigits(digits) || !(dashes || text.size() == 8)) return {};
    return digits.substr(4, 2) + '/' + digits.substr(6) + '/' + digits.substr(0, 4);
}

// The network of an instant messaging or social property, empty if it is none.
std::string NetworkOf(const Property &property, std::string &handle) {
    handle = Unescape(Trim(property.value));
    const std::string *service = property.Find("X-SERVICE-TYPE");
    if (!service) service = property.Find("SERVICE-TYPE");
    if (property.name == "IMPP") {
        const std::size_t colon = handle.find(':');
        std::string scheme;
        if (colon != std::string::npos) {
            scheme = Lower(handle.substr(0, colon));
            handle.erase(0, colon + 1);
        }
        if (service) return Lower(*service);
        return scheme.empty() ? "impp" : scheme;
    }
    if (property.name == "X-SOCIALPROFILE" || property.name == "SOCIALPROFILE") {
        for (const Parameter &parameter : property.parameters)
            if (parameter.name == "TYPE" && !EqualIgnoreCase(parameter.value, "PREF"))
                return Lower(parameter.value);
        return service ? Lower(*service) : "other";
    }
    static constexpr std::array<std::array<std::string_view, 2>, 15> kOwn = {
        {{"X-AIM", "aim"},
         {"X-ICQ", "icq"},
         {"X-MSN", "msn"},
         {"X-YAHOO", "yahoo"},
         {"X-JABBER", "xmpp"},
         {"X-SKYPE", "skype"},
         {"X-SKYPE-USERNAME", "skype"},
         {"X-QQ", "qq"},
         {"X-GTALK", "google talk"},
         {"X-GOOGLE-TALK", "google talk"},
         {"X-TWITTER", "twitter"},
         {"X-FACEBOOK", "facebook"},
         {"X-WECHAT", "wechat"},
         {"X-WHATSAPP", "whatsapp"},
         {"X-LINKEDIN", "linkedin"}}};
    for (const auto &[name, network] : kOwn)
        if (property.name == name) return std::string(network);
    return {};
}

// What a directory has no use for: it is about the file, or the directory keeps its own.
bool IsOfTheFile(const Property &property) {
    static constexpr std::array<std::string_view, 11> kNames = {"VERSION", "PRODID",    "REV",    "SOURCE",
                                                                "PROFILE", "AGENT",     "MAILER", "CLASS",
                                                                "NAME",    "X-ABLABEL", "LABEL"};
    return std::find(kNames.begin(), kNames.end(), property.name) != kNames.end();
}

void AddLine(std::string &lines, std::string_view line) {
    if (Trim(line).empty()) return;
    if (!lines.empty()) lines += '\n';
    lines += Trim(line);
}

// A property as it was. Only blanks before it go, which would fold it; others may make its name another's.
void AddProperty(std::string &lines, std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    if (!lines.empty()) lines += '\n';
    lines += text;
}

// Names that a formatted name is made of.
std::string Join(std::initializer_list<std::string_view> words) {
    std::string out;
    for (const std::string_view word : words) {
        if (word.empty()) continue;
        if (!out.empty()) out += ' ';
        out += word;
    }
    return out;
}

struct Cells {
    std::array<std::string, kCells> text;
    std::string &operator[](std::size_t i) { return text[i]; }
    // The first value counts.
    void Set(std::size_t i, std::string_view value) {
        if (text[i].empty()) text[i] = Trim(value);
    }
};

void ReadName(Cells &cells, const Property &property) {
    const auto parts = SplitValue(property.value, ';');
    cells.Set(kFamily, Component(parts, 0));
    cells.Set(kGiven, Component(parts, 1));
    cells.Set(kAdditional, Component(parts, 2));
    cells.Set(kPrefix, Component(parts, 3));
    cells.Set(kSuffix, Component(parts, 4));
}

void ReadAddress(Cells &cells, const GroupLabels &labels, const Property &property) {
    const auto parts = SplitValue(property.value, ';');
    std::array<std::string, 7> address;
    bool any = false;
    for (std::size_t i = 0; i < address.size(); ++i) {
        if (i < parts.size()) address[i] = Trim(Unescape(parts[i]));
        any = any || !address[i].empty();
    }
    if (!any) {
        const std::string *label = property.Find("LABEL");
        if (!label || Trim(*label).empty()) return;
        address[2] = Unescape(*label);
    }
    std::string second = address[0];
    if (!address[1].empty()) second += (second.empty() ? "" : ", ") + address[1];
    AddEntry(cells[kAddress], LabelOf(labels, property),
             {address[2], second, address[3], address[4], address[5], address[6]});
}

void ReadProperty(Cells &cells, const GroupLabels &labels, const Property &property,
                  std::vector<Issue> &issues) {
    const std::string &name = property.name;
    std::string handle;
    if (name == "N") {
        ReadName(cells, property);
    } else if (name == "FN") {
        cells.Set(kFormattedName, Unescape(property.value));
    } else if (name == "UID") {
        cells.Set(kUid, Unescape(WithoutScheme(property.value, "urn:uuid:")));
    } else if (name == "NICKNAME") {
        cells.Set(kNickname, Unescape(property.value));
    } else if (name == "TITLE") {
        cells.Set(kTitle, Unescape(property.value));
    } else if (name == "ROLE") {
        cells.Set(kRole, Unescape(property.value));
    } else if (name == "ORG") {
        const auto parts = SplitValue(property.value, ';');
        if (!cells[kOrganization].empty()) return AddProperty(cells[kOther], property.text);
        cells.Set(kOrganization, Unescape(parts[0]));
        std::string unit;
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const std::string part = Unescape(parts[i]);
            if (Trim(part).empty()) continue;
            if (!unit.empty()) unit += ", ";
            unit += Trim(part);
        }
        cells.Set(kUnit, unit);
    } else if (name == "BDAY") {
        const std::string *value = property.Find("VALUE");
        const std::string text = Unescape(Trim(property.value));
        const std::string date = DateCell(text);
        // A year alone is no birthday, but worth keeping; so are words that say they are words.
        const bool year = AllDigits(text) && text.size() == 4;
        if (!date.empty())
            cells.Set(kBirthday, date);
        else if (year || (value && EqualIgnoreCase(*value, "text")))
            cells.Set(kBirthdayText, text);
        else if (!text.empty())
            issues.push_back({Severity::kError, "date_invalid", static_cast<int>(kBirthday), "birth_date",
                              Quoted(text, 200),
                              "\"" + Quoted(text) +
                                  "\" is no date: dates are written 1980-03-22, 19800322 or "
                                  "--0322"});
    } else if (name == "LANG") {
        cells.Set(kLanguage, Unescape(property.value));
    } else if (name == "URL") {
        AddLine(cells[kUrl], Unescape(property.value));
    } else if (name == "TEL") {
        const std::string number = Unescape(WithoutScheme(property.value, "tel:"));
        if (Trim(number).empty()) return;
        const bool sms = property.HasType("TEXT") || property.HasType("MSG");
        AddEntry(cells[kTel], LabelOf(labels, property), {number, sms ? "sms" : ""});
    } else if (name == "EMAIL") {
        const std::string address = Unescape(WithoutScheme(property.value, "mailto:"));
        if (!Trim(address).empty()) AddEntry(cells[kEmail], LabelOf(labels, property), {address});
    } else if (name == "ADR") {
        ReadAddress(cells, labels, property);
    } else if (name == "CATEGORIES") {
        for (const std::string_view category : SplitValue(property.value, ',')) {
            const std::string text = Unescape(category);
            if (!Trim(text).empty()) AddEntry(cells[kCategories], text, {});
        }
    } else if (name == "NOTE") {
        const std::string note = Unescape(property.value);
        if (Trim(note).empty()) return;
        if (!cells[kNote].empty()) cells[kNote] += '\n';
        cells[kNote] += Trim(note);
    } else if (const std::string network = CutLabel(NetworkOf(property, handle)); !network.empty()) {
        if (!Trim(handle).empty()) AddEntry(cells[kImpp], network, {handle});
    } else if (!IsOfTheFile(property) && !Trim(property.value).empty()) {
        AddProperty(cells[kOther], property.text);
    }
}

// Whether one of a list's entries has this value.
bool HasValue(std::string_view list, std::string_view value) {
    for (const std::string_view entry : Split(list, kEntry)) {
        const auto parts = Split(entry, kValue);
        if (parts.size() > 1 && parts[1] == value) return true;
    }
    return false;
}

// A name that stands in FN alone: the last word is the family name. Who has no name is called by something
// else there, which is no name for that.
void SplitFormattedName(Cells &cells) {
    const std::string &name = cells[kFormattedName];
    const bool named = !cells[kFamily].empty() || !cells[kGiven].empty() || !cells[kAdditional].empty();
    if (!named) {
        if (name.empty() || name == cells[kOrganization] || name == cells[kNickname] ||
            HasValue(cells[kEmail], name) || HasValue(cells[kTel], name)) {
            cells[kFormattedName].clear();
            return;
        }
        const std::size_t space = name.rfind(' ');
        std::string given = space == std::string::npos ? name : name.substr(0, space);
        if (space != std::string::npos) cells[kFamily] = name.substr(space + 1);
        cells[kGiven] = Trim(given);
        cells[kFormattedName].clear();
        return;
    }
    const std::string &family = cells[kFamily], &given = cells[kGiven], &middle = cells[kAdditional],
                      &prefix = cells[kPrefix], &suffix = cells[kSuffix];
    // Worth keeping only if it says more than the names do.
    for (const std::string &known :
         {Join({prefix, given, middle, family, suffix}), Join({given, family}), Join({given, middle, family}),
          Join({prefix, given, family}), Join({family, given}), family + ", " + given, family + given})
        if (name == known) cells[kFormattedName].clear();
}

std::string Escape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r') {
            if (i + 1 == text.size() || text[i + 1] != '\n') out += "\\n";
        } else if (c == '\n') {
            out += "\\n";
        } else {
            if (c == '\\' || c == ',' || c == ';') out += '\\';
            out += c;
        }
    }
    return out;
}

// RFC 6868; control characters cannot stand in a parameter.
std::string ParameterText(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"')
            out += "^'";
        else if (c == '^')
            out += "^^";
        else if (c == '\n')
            out += "^n";
        else if (static_cast<unsigned char>(c) >= ' ')
            out += c;
    }
    return out + '"';
}

// Lines of at most 75 bytes where that can be, folded between characters.
void AddFolded(std::string &out, std::string_view line) {
    constexpr std::size_t kWidth = 75;
    const auto blank = [](std::string_view text) {
        return text.find_first_not_of(" \t") == std::string_view::npos;
    };
    const auto may_fold = [&](std::size_t at) {
        if (at == 0 || (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80) return false;
        // Not behind a =, which ends a line of quoted-printable, as properties of older cards may be; nor so
        // that a line has only blanks, with which a property ends for many a reader, ours too.
        return line[at - 1] != '=' && !blank(line.substr(0, at)) && !blank(line.substr(at, kWidth - 1));
    };
    if (!out.empty()) out += "\r\n";
    for (std::size_t width = kWidth; line.size() > width; width = kWidth - 1) {
        std::size_t length = width;
        while (length > 0 && !may_fold(length)) --length;
        if (length == 0)
            for (length = width + 1; length < line.size() && !may_fold(length);) ++length;
        if (length == line.size()) break;
        out += line.substr(0, length);
        out += "\r\n ";
        line.remove_prefix(length);
    }
    out += line;
}

// The types of a label, and the label itself where it is none that a reader takes from a type: as address
// books write their own, in a property of the same group.
struct LabelText {
    std::string types, own;
};
LabelText TextOf(const std::string &label, bool phone) {
    if (label.empty() || label == "other") return {};
    if (label == "work" || label == "home") return {";TYPE=" + label, {}};
    if (phone) {
        if (label == "mobile") return {";TYPE=cell", {}};
        if (label == "work fax") return {";TYPE=\"work,fax\"", {}};
        if (label == "home fax") return {";TYPE=\"home,fax\"", {}};
        for (const char *type : {"fax", "pager", "car", "main"})
            if (label == type) return {";TYPE=" + label, {}};
    }
    const bool token = std::all_of(label.begin(), label.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    // What the types of phones and preference say is no label to a reader.
    Property typed;
    typed.name = phone ? "TEL" : "EMAIL";
    typed.parameters = {{"TYPE", label}};
    const bool sms = phone && (typed.HasType("TEXT") || typed.HasType("MSG"));
    if (token && !sms && LabelOf({}, typed) == label && PreferenceOf(typed) > 100)
        return {";TYPE=" + label, {}};
    return {{}, label.rfind("_$!<", 0) == 0 ? "_$!<" + label + ">!$_" : label};
}

}  // namespace

const Format &VCardFormat() {
    static const Format kFormat = [] {
        Format f{};
        f.name = "vcard";
        f.title = "vCard";
        f.source = "vcard";
        f.columns = {
            {"vCard", "", Target::kIgnored},
            {"UID", "", Target::kContactId},
            {"N (family name)", "", Target::kLastName},
            {"N (given name)", "", Target::kFirstName},
            {"N (additional names)", "", Target::kMiddleName},
            {"N (prefix)", "", Target::kNamePrefix},
            {"N (suffix)", "", Target::kNameSuffix},
            {"NICKNAME", "", Target::kNickname},
            {"TITLE", "", Target::kJobTitle},
            {"ORG", "", Target::kOrganizationName},
            {"ORG (unit)", "", Target::kDepartment},
            {"BDAY", "", Target::kBirthDate},
            {"LANG", "", Target::kLanguage},
            {"URL", "", Target::kWebsites},
            {"TEL", "", Target::kPhoneList},
            {"EMAIL", "", Target::kEmailList},
            {"ADR", "", Target::kAddressList},
            {"IMPP", "", Target::kSocialList},
            {"CATEGORIES", "", Target::kGroups},
            {"NOTE", "", Target::kNotes},
            {"ROLE", "", Target::kCustom, "role"},
            {"FN", "", Target::kCustom, "formatted_name"},
            {"BDAY (text)", "", Target::kCustom, "birthday"},
            {"other properties", "", Target::kCustom, "vcard"},
        };
        f.mode = Mode::kUpsert;
        f.visibility = "restricted";
        f.phones = PhoneRule::kRegional;
        f.list_separator = "\x1E";
        f.structured_lists = true;
        f.record_cells = 1;
        return f;
    }();
    return kFormat;
}

Draft DraftOf(const Card &card) {
    Draft draft;
    draft.line = card.line;
    for (const Fault &fault : card.faults)
        draft.Add({Severity::kError, fault.code, -1, "", "", Sentence(fault)});
    draft.cells.emplace_back(card.text);
    if (draft.failed()) return draft;
    // The preferred number, address … comes first.
    std::vector<const Property *> properties;
    for (const Property &property : card.properties) properties.push_back(&property);
    std::stable_sort(properties.begin(), properties.end(), [](const Property *a, const Property *b) {
        return PreferenceOf(*a) < PreferenceOf(*b);
    });
    Cells cells;
    std::vector<Issue> issues;
    const GroupLabels labels(card);
    for (const Property *property : properties) ReadProperty(cells, labels, *property, issues);
    SplitFormattedName(cells);
    for (Issue &issue : issues) draft.Add(std::move(issue));
    bool any = false;
    for (const CellIndex i : {kFamily, kGiven, kAdditional, kNickname, kOrganization, kTel, kEmail})
        any = any || !cells[i].empty();
    if (!any)
        draft.Add({Severity::kError, "no_identity", -1, "", "",
                   "the card has neither a name nor an organization, a phone number or an e-mail address"});
    for (std::size_t i = 1; i < kCells; ++i) draft.cells.push_back(csv::Mark(cells[i], csv::Guard::kImport));
    return draft;
}

std::string WithError(std::string_view card, std::string_view detail) {
    std::string error;
    AddFolded(error, std::string(kErrorProperty) + ':' + Escape(detail));
    std::string out(card);
    const std::size_t last = out.rfind('\n') == std::string::npos ? 0 : out.rfind('\n') + 1;
    const bool begins = EqualIgnoreCase(std::string_view(out).substr(0, 6), "BEGIN:");
    const bool ends = EqualIgnoreCase(std::string_view(out).substr(last, 4), "END:");
    if (begins && ends)
        out.insert(last, error + '\n');
    else if (begins)
        out += '\n' + error + "\nEND:VCARD";
    else
        out = error + '\n' + out;
    std::string lines;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (out[i] == '\n' && (i == 0 || out[i - 1] != '\r')) lines += '\r';
        lines += out[i];
    }
    return lines;
}

std::string Write(const Person &person) {
    std::string out;
    const auto add = [&](const std::string &head, const std::string &value) {
        if (!value.empty()) AddFolded(out, head + ':' + value);
    };
    add("BEGIN", "VCARD");
    add("VERSION", "4.0");
    const bool uuid = ParseUuid(person.uid).has_value();
    add("UID", uuid ? "urn:uuid:" + person.uid : Escape(person.uid));
    std::string formatted = person.formatted_name;
    if (formatted.empty())
        formatted = Join({person.prefix, person.given, person.additional, person.family, person.suffix});
    for (const std::string *name : {&person.organization, &person.nickname})
        if (formatted.empty()) formatted = *name;
    for (const auto *list : {&person.emails, &person.phones})
        if (formatted.empty() && !list->empty()) formatted = list->front().values[0];
    AddFolded(out, "FN:" + Escape(formatted));
    const bool named =
        !(person.family + person.given + person.additional + person.prefix + person.suffix).empty();
    if (named)
        add("N", Escape(person.family) + ';' + Escape(person.given) + ';' + Escape(person.additional) + ';' +
                     Escape(person.prefix) + ';' + Escape(person.suffix));
    add("NICKNAME", Escape(person.nickname));
    add("TITLE", Escape(person.title));
    add("ROLE", Escape(person.role));
    if (!person.organization.empty() || !person.unit.empty())
        add("ORG", Escape(person.organization) + (person.unit.empty() ? "" : ";" + Escape(person.unit)));
    std::string birthday = person.birth_date;
    birthday.erase(std::remove(birthday.begin(), birthday.end(), '-'), birthday.end());
    add("BDAY", person.birth_date.rfind("--", 0) == 0 ? "--" + birthday : birthday);
    if (birthday.empty()) add("BDAY;VALUE=text", Escape(person.birth_text));
    add("LANG", Escape(person.language));
    for (const std::string &url : person.urls) add("URL", Escape(url));
    int groups = 0;
    // A property of a part, with its label.
    const auto add_part = [&](const char *name, const std::string &label, const std::string &value,
                              const char *before = "", const char *after = "") {
        const auto [types, own] = TextOf(label, name == std::string_view("TEL"));
        const std::string group = own.empty() ? "" : "item" + std::to_string(++groups) + '.';
        add(group + name + before + types + after, value);
        if (!own.empty()) add(group + "X-ABLabel", Escape(own));
    };
    for (const Labelled &phone : person.phones) {
        const char *sms = phone.values.size() > 1 && phone.values[1] == "t" ? ";TYPE=text" : "";
        const std::string &number = phone.values[0];
        // A number is a URI; what is none is text, whatever it begins with.
        const std::string digits = number.substr(0, number.find(";ext="));
        if (digits[0] == '+' && AllDigits(digits.substr(1)) &&
            (digits.size() == number.size() || AllDigits(number.substr(digits.size() + 5))))
            add_part("TEL", phone.label, "tel:" + number, ";VALUE=uri", sms);
        else
            add_part("TEL", phone.label, Escape(number), "", sms);
    }
    for (const Labelled &email : person.emails) add_part("EMAIL", email.label, Escape(email.values[0]));
    for (const Labelled &address : person.addresses) {
        std::string value;
        for (const std::size_t i : {1U, 0U, 2U, 3U, 4U, 5U}) value += ';' + Escape(address.values[i]);
        add_part("ADR", address.label, value);
    }
    for (const Labelled &social : person.socials) {
        // Types are a list, and one of them is a preference.
        const bool listed = social.label.find(',') != std::string::npos || social.label == "pref";
        add(std::string("X-SOCIALPROFILE;") + (listed ? "X-SERVICE-TYPE=" : "TYPE=") +
                ParameterText(social.label),
            Escape(social.values[0]));
    }
    std::string categories;
    for (const std::string &category : person.categories)
        categories += (categories.empty() ? "" : ",") + Escape(category);
    add("CATEGORIES", categories);
    add("NOTE", Escape(person.note));
    for (const std::string &line : person.other) AddFolded(out, line);
    add("END", "VCARD");
    return out;
}

}  // namespace contacts::vcard
