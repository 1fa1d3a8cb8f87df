// libFuzzer entry for vCards: whatever the bytes, the reader does not crash, accounts for cards in order,
// gives text that PostgreSQL can hold, and reads the same in pieces as at once; drafts, their error files and
// the plan of what they write hold too; a contact that came from a card and is written as one reads the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/csv/encoding.h"
#include "core/format/plan.h"
#include "core/vcard/card.h"
#include "core/vcard/reader.h"

namespace {

using namespace contacts;

class SplitSource : public csv::ByteSource {
  public:
    SplitSource(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
    std::size_t Read(char *buffer, std::size_t capacity) override {
        const std::size_t length = std::min({capacity, piece_, rest_.size()});
        std::copy_n(rest_.data(), length, buffer);
        rest_.remove_prefix(length);
        return length;
    }

  private:
    std::string_view rest_;
    std::size_t piece_;
};

void Require(bool holds) {
    if (!holds) std::abort();
}

void RequireText(std::string_view text) {
    const csv::Usable usable = csv::CheckText(text.data(), text.data() + text.size(), true);
    Require(usable.until == text.data() + text.size());
}

const Mapping &CardMapping() {
    static const Mapping kMapping = MapView(vcard::VCardFormat());
    return kMapping;
}

// A draft as an export writes it.
vcard::Person PersonOf(const Draft &draft) {
    vcard::Person person;
    person.uid = draft.key;
    const auto text = [&](ContactField field) { return draft[field].is_value() ? draft[field].text : ""; };
    person.prefix = text(ContactField::kNamePrefix);
    person.given = text(ContactField::kFirstName);
    person.additional = text(ContactField::kMiddleName);
    person.family = text(ContactField::kLastName);
    person.suffix = text(ContactField::kNameSuffix);
    person.nickname = text(ContactField::kNickname);
    person.title = text(ContactField::kJobTitle);
    person.unit = text(ContactField::kDepartment);
    person.language = text(ContactField::kLanguage);
    person.birth_date = text(ContactField::kBirthDate);
    if (draft.organization) person.organization = (*draft.organization)[OrganizationField::kName].text;
    const auto lines = [](const std::string &joined, std::vector<std::string> &out) {
        for (const std::string_view line : Split(joined, '\n'))
            if (!line.empty()) out.emplace_back(line);
    };
    lines(text(ContactField::kWebsites), person.urls);
    const auto custom = [&](std::string_view key) -> std::string {
        const auto &keys = CardMapping().custom_keys;
        const auto at = static_cast<std::size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
        Require(at < draft.custom.size());
        return draft.custom[at].is_value() ? draft.custom[at].text : "";
    };
    person.role = custom("role");
    person.formatted_name = custom("formatted_name");
    person.birth_text = custom("birthday");
    lines(custom("vcard"), person.other);
    for (const PartChange &change : draft.parts)
        for (const Part &part : change.list) {
            const auto value = [&](std::size_t i) { return part.values[i].value_or(""); };
            switch (change.kind) {
                case PartKind::kPhone:
                    person.phones.push_back(
                        {part.label,
                         {part.values[kPhoneNumber] ? value(kPhoneNumber) : value(kPhoneEntered),
                          value(kPhoneSms) == "true" ? "t" : ""}});
                    break;
                case PartKind::kEmail:
                    person.emails.push_back({part.label, {value(0)}});
                    break;
                case PartKind::kAddress:
                    person.addresses.push_back(
                        {part.label,
                         {value(kAddressStreet), value(kAddressStreet2), value(kAddressCity),
                          value(kAddressRegion), value(kAddressPostalCode),
                          part.values[kAddressCountry] ? value(kAddressCountry)
                                                       : value(kAddressCountryEntered)}});
                    break;
                case PartKind::kSocial:
                    person.socials.push_back({part.label, {value(0)}});
                    break;
                case PartKind::kGroup:
                    person.categories.push_back(value(0));
                    break;
                case PartKind::kNote:
                    person.note = value(0);
                    break;
                case PartKind::kCount:
                    break;
            }
        }
    return person;
}

// The cells of a draft, read as an import does; nothing is left unsaid of any card.
Draft Validated(Draft draft) {
    Rules rules;
    rules.mode = Mode::kUpsert;
    Validator(CardMapping(), rules).Validate(draft);
    for (const Issue &issue : draft.issues) {
        RequireText(issue.message);
        RequireText(issue.value);
    }
    static std::uint64_t last = 0;
    const auto new_id = [] {
        Uuid id{};
        std::uint64_t n = ++last;
        for (std::size_t i = 16; n > 0; n /= 256) id[--i] = static_cast<std::uint8_t>(n % 256);
        return id;
    };
    if (draft.failed()) return draft;
    const Draft *drafts[] = {&draft};
    const Plan plan = MakePlan(CardMapping(), rules, {std::nullopt, "restricted", {}}, drafts, {}, new_id);
    Require(plan.rows.size() == 1);
    const Relation *inserted = plan.Find("contact_insert");
    Require(plan.rows[0].outcome == Outcome::kFailed || (inserted && inserted->rows.size() == 1));
    return draft;
}

// What was written as a card is read again, and then written in the same words.
void RequireWrittenIsRead(const Draft &draft) {
    const std::string text = vcard::Write(PersonOf(draft));
    RequireText(text);
    csv::MemorySource source(text);
    vcard::Reader reader(source, {});
    vcard::Card card;
    Require(reader.Next(card));
    Require(card.faults.empty());
    Draft again = Validated(vcard::DraftOf(card));
    Require(!again.failed());
    Require(vcard::Write(PersonOf(again)) == text);
    Require(!reader.Next(card));
}

std::string ReadAll(csv::ByteSource &source, const vcard::Options &options, std::int64_t bytes,
                    bool check_written) {
    std::string all;
    vcard::Reader reader(source, options);
    std::int64_t line = 0, number = 0;
    for (vcard::Card card; reader.Next(card);) {
        Require(card.line > line);
        Require(card.number == ++number);
        Require(card.text.size() <= options.max_card_bytes);
        line = card.line;
        RequireText(card.text);
        all += std::to_string(line) + card.text + '\1';
        for (const vcard::Property &property : card.properties) {
            RequireText(property.value);
            RequireText(property.name);
            for (const vcard::Parameter &parameter : property.parameters) RequireText(parameter.value);
            all += property.group + '.' + property.name + ':' + property.value + '\2';
        }
        const Draft draft = vcard::DraftOf(card);
        for (const std::string &cell : draft.cells) RequireText(cell);
        for (const Issue &issue : draft.issues) {
            RequireText(issue.message);
            RequireText(issue.value);
        }
        Require(draft.failed() || card.faults.empty());
        if (draft.cells.size() > 1) {
            const Draft validated = Validated(draft);
            if (check_written && !validated.failed()) RequireWrittenIsRead(validated);
        }
        RequireText(vcard::WithError(card.text, card.faults.empty() ? "?" : card.faults[0].message));
    }
    Require(reader.bytes_read() == bytes);
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 1) return 0;
    vcard::Options options;
    options.sample_bytes = 256;
    options.max_line_bytes = 4096;
    options.max_card_bytes = 16384;
    options.max_properties = 64;
    if (data[0] & 0x80) options.encoding = data[0] & 0x40 ? "windows-1251" : "Shift_JIS";
    const std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
    const auto length = static_cast<std::int64_t>(bytes.size());
    csv::MemorySource whole(bytes);
    const std::string at_once = ReadAll(whole, options, length, true);
    SplitSource pieces(bytes, 1 + (data[0] & 0x0F));
    options.block_bytes = 1 + (data[0] & 0x3F);
    Require(ReadAll(pieces, options, length, false) == at_once);
    vcard::IsVCard(bytes);
    return 0;
}
