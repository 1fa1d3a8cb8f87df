// libFuzzer entry for the formats: a header of any format's columns, in any order and with whatever else, and
// records of anything: no crash; every record is inserted, updated, unchanged or failed, and what is written
// is what was counted; what is imported again, or from an error file, means the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv/writer.h"
#include "core/format/plan.h"
#include "core/text.h"
#include "core/vcard/card.h"

namespace {

using namespace contacts;

void Require(bool holds) {
    if (!holds) std::abort();
}

Uuid NewId() {
    static std::uint64_t last = 0;
    Uuid id{};
    std::uint64_t n = ++last;
    for (std::size_t i = 16; n > 0; n /= 256) id[--i] = static_cast<std::uint8_t>(n % 256);
    return id;
}

// Bytes to a header, mostly of the format's own columns, and records.
struct Input {
    std::string_view rest;

    std::uint8_t Byte() {
        if (rest.empty()) return 0;
        const auto byte = static_cast<std::uint8_t>(rest[0]);
        rest.remove_prefix(1);
        return byte;
    }
    std::string Text(char end) {
        const std::size_t length = std::min(rest.find(end), rest.size());
        std::string text(rest.substr(0, length));
        rest.remove_prefix(std::min(length + 1, rest.size()));
        // As the CSV reader gives it: no NUL, no broken UTF-8.
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t bytes =
                text[i] == '\0' ? 0 : Utf8Length(text.data() + i, text.data() + text.size());
            if (bytes == 0) text[i] = '~';
            i += std::max<std::size_t>(bytes, 1);
        }
        return text;
    }
};

Draft DraftOf(const std::vector<std::string> &cells) {
    Draft draft;
    draft.cells = cells;
    return draft;
}

// What the directory would hold after a record was inserted.
KnownContact Stored(const Plan &plan, const Mapping &mapping, const Draft &draft) {
    KnownContact known;
    known.editable = true;
    const Relation &contact = *plan.Find("contact_insert");
    const auto &row = contact.rows[0];
    const auto value = [&](const std::vector<std::string> &columns, std::span<const Value> values,
                           std::string_view name) -> std::optional<std::string> {
        const auto at = std::find(columns.begin(), columns.end(), name);
        Require(at != columns.end());
        const Value &found = values[static_cast<std::size_t>(at - columns.begin())];
        if (const auto *text = std::get_if<std::string_view>(&found)) return std::string(*text);
        return std::nullopt;
    };
    known.id = std::get<Uuid>(row[0]);
    for (std::size_t f = 0; f < kContactColumns.size(); ++f)
        known.fields[f] = value(contact.columns, row, kContactColumns[f]);
    auto &birth_date = known.fields[static_cast<std::size_t>(ContactField::kBirthDate)];
    if (birth_date && draft[ContactField::kBirthDate].is_value())
        birth_date = draft[ContactField::kBirthDate].text;
    known.custom.resize(mapping.custom_keys.size());
    for (std::size_t k = 0; k < draft.custom.size(); ++k)
        if (draft.custom[k].is_value()) known.custom[k] = draft.custom[k].text;
    if (draft.organization) {
        known.organization_name = (*draft.organization)[OrganizationField::kName].text;
        known.organization_id = known.id;
    }
    for (std::size_t k = 0; k < kPartKinds; ++k) {
        const PartInfo &info = InfoOf(static_cast<PartKind>(k));
        const Relation *parts = plan.Find(std::string(info.relation) + "_insert");
        if (!parts) continue;
        for (const auto &values : parts->rows) {
            Part part;
            part.position = static_cast<int>(std::get<std::int64_t>(values[1]));
            if (info.label) part.label = value(parts->columns, values, info.label).value_or("");
            for (const char *column : info.values)
                part.values.push_back(value(parts->columns, values, column));
            known.parts[k].push_back(std::move(part));
        }
    }
    return known;
}

// A cell given back in an error file, guarded against formulas, means what it meant.
void RequireGivenBackReadsTheSame(const Validator &validator, const Draft &draft) {
    Draft again;
    for (const std::string &cell : draft.cells) again.cells.push_back(csv::MarkAgain(cell));
    validator.Validate(again);
    Require(again.key == draft.key && again.issues.size() == draft.issues.size());
    for (std::size_t i = 0; i < draft.issues.size(); ++i)
        Require(again.issues[i].code == std::string_view(draft.issues[i].code));
    for (std::size_t f = 0; f < draft.fields.size(); ++f)
        Require(again.fields[f].kind == draft.fields[f].kind && again.fields[f].text == draft.fields[f].text);
    Require(again.parts.size() == draft.parts.size());
}

// What a column shows as it is comes back as it is, guarded or not.
void RequireShownIsRead(const Mapping &mapping, const Validator &validator, const Draft &draft) {
    static constexpr std::pair<Target, ContactField> kTexts[] = {
        {Target::kNamePrefix, ContactField::kNamePrefix}, {Target::kFirstName, ContactField::kFirstName},
        {Target::kMiddleName, ContactField::kMiddleName}, {Target::kLastName, ContactField::kLastName},
        {Target::kNameSuffix, ContactField::kNameSuffix}, {Target::kNickname, ContactField::kNickname},
        {Target::kJobTitle, ContactField::kJobTitle},     {Target::kDepartment, ContactField::kDepartment},
        {Target::kLocation, ContactField::kLocation}};
    for (const csv::Guard guard : {csv::Guard::kImport, csv::Guard::kSpreadsheet}) {
        Draft again;
        again.cells.resize(mapping.header.size());
        for (const auto &[target, field] : kTexts)
            for (const BoundColumn &bound : mapping.columns)
                if (bound.column && bound.column->target == target && draft[field].is_value())
                    again.cells[static_cast<std::size_t>(bound.index)] = csv::Mark(draft[field].text, guard);
        for (const BoundColumn &bound : mapping.columns)
            if (bound.custom_key >= 0 &&
                draft.custom[static_cast<std::size_t>(bound.custom_key)].is_value() &&
                (!bound.column || bound.column->target == Target::kCustom))
                again.cells[static_cast<std::size_t>(bound.index)] =
                    csv::Mark(draft.custom[static_cast<std::size_t>(bound.custom_key)].text, guard);
        validator.Validate(again);
        for (const auto &[target, field] : kTexts)
            for (const BoundColumn &bound : mapping.columns)
                if (bound.column && bound.column->target == target && draft[field].is_value())
                    Require(again[field].text == draft[field].text);
    }
}

// All records of a file in one batch: each has an outcome, and as many contacts are made as are counted; of
// equal ones without an ID, one.
void RequireBalance(const Mapping &mapping, const Rules &rules, const Ownership &ownership,
                    const std::vector<Draft> &records) {
    std::vector<const Draft *> good;
    for (const Draft &record : records)
        if (!record.failed()) good.push_back(&record);
    const Plan plan = MakePlan(mapping, rules, ownership, good, {}, NewId);
    Require(plan.rows.size() == good.size());
    std::size_t inserted = 0, others = 0, contacts = 0;
    std::set<std::vector<std::string>> distinct;
    for (std::size_t i = 0; i < good.size(); ++i) {
        const RowPlan &row = plan.rows[i];
        const bool failed = std::any_of(row.issues.begin(), row.issues.end(), [](const Issue &issue) {
            return issue.severity == Severity::kError;
        });
        Require(failed == (row.outcome == Outcome::kFailed));
        if (row.outcome == Outcome::kInserted) {
            ++inserted;
            if (!good[i]->has_contact) continue;
            ++contacts;
            std::vector<std::string> cells = good[i]->cells;
            while (!cells.empty() && cells.back().empty()) cells.pop_back();
            Require(!good[i]->key.empty() || distinct.insert(std::move(cells)).second);
        } else {
            ++others;
        }
    }
    Require(inserted + others == good.size());
    const Relation *made = plan.Find("contact_insert");
    Require((made ? made->rows.size() : 0) == contacts);
    Require(!plan.Find("contact_update"));
    std::set<Uuid> ids;
    if (made)
        for (const auto &row : made->rows) Require(ids.insert(std::get<Uuid>(row[0])).second);
    for (std::size_t k = 0; k < static_cast<std::size_t>(PartKind::kCount); ++k) {
        const Relation *parts = plan.Find(std::string(InfoOf(static_cast<PartKind>(k)).relation) + "_insert");
        if (!parts) continue;
        for (const auto &row : parts->rows) Require(ids.count(std::get<Uuid>(row[0])) == 1);
    }
    FindContactFaults(mapping, rules, ownership, good, {});
}

// A file's records as the columns of a card, lists and all.
bool IsCard(const Format &format) {
    return &format == &vcard::VCardFormat();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    Input input{{reinterpret_cast<const char *>(data), size}};
    const std::size_t which = input.Byte() % (Formats().size() + 1);
    const Format &format = which < Formats().size() ? Formats()[which] : vcard::VCardFormat();
    const std::uint8_t choice = input.Byte();
    std::vector<std::string> header;
    for (std::size_t i = 0, width = 1 + input.Byte() % 24; i < width; ++i) {
        const std::uint8_t pick = input.Byte();
        const Column &column = format.columns[(pick + (choice & 1) * 64u) % format.columns.size()];
        header.push_back(pick == 255 ? input.Text('\n') : column.header);
        if (const std::size_t n = header.back().find(" n "); n != std::string::npos && column.ordinal == 0)
            header.back().replace(n + 1, 1, std::to_string(1 + pick % 12));
    }
    const std::vector<std::vector<std::string>> first = {header};
    const Result<HeaderMatch> found = FindHeader(nullptr, first);
    const Result<Mapping> mapped = IsCard(format) ? MapView(format) : MapHeader(format, header);
    if (found) Require(found->mapping.columns.size() <= header.size());
    if (!mapped) return 0;
    const Mapping &mapping = *mapped;
    Rules rules;
    rules.mode = choice & 2 ? Mode::kUpsert : Mode::kInsert;
    rules.strict = choice & 4;
    rules.clear_empty = choice & 8;
    if (choice & 16) rules.region = "CH";
    if (choice & 32) rules.dates = choice & 64 ? DateOrder::kDayMonthYear : DateOrder::kMonthDayYear;
    const Validator validator(mapping, rules);
    const Ownership ownership{std::nullopt, format.visibility, {}};
    std::vector<Draft> all;
    if (IsCard(format)) header = mapping.header;
    for (int records = 0; records < 20 && !input.rest.empty(); ++records) {
        std::vector<std::string> cells;
        for (std::size_t i = 0, width = header.size() + (choice & 128 ? input.Byte() % 3 : 0); i < width; ++i)
            cells.push_back(input.Text('\t'));
        Draft draft = DraftOf(cells);
        draft.record = records + 1;
        validator.Validate(draft);
        for (const Issue &issue : draft.issues) {
            Require(issue.code[0] != '\0' && !issue.message.empty() && issue.value.size() <= 260);
            Require(issue.column < static_cast<int>(header.size()));
        }
        Require(draft.custom.size() == mapping.custom_keys.size());
        RequireGivenBackReadsTheSame(validator, draft);
        RequireShownIsRead(mapping, validator, draft);
        validator.IsHeader(cells);
        validator.IsDescription(cells);
        all.push_back(draft);
        if (draft.failed()) continue;
        const Draft *drafts[] = {&draft};
        const Plan plan = MakePlan(mapping, rules, ownership, drafts, {}, NewId);
        Require(plan.rows.size() == 1);
        const Relation *inserted = plan.Find("contact_insert");
        Require((plan.rows[0].outcome == Outcome::kInserted) ==
                    (inserted || plan.Find("organization_insert")) ||
                plan.rows[0].outcome == Outcome::kFailed);
        if (!inserted || !draft.has_contact) continue;
        // The same record once more means the same contact and changes nothing.
        Rules again = rules;
        again.mode = Mode::kUpsert;
        Matches matches;
        const KnownContact stored = Stored(plan, mapping, draft);
        matches.hits[0] = {{0, stored.id}};
        matches.contacts[stored.id] = stored;
        if (draft.organization) {
            KnownOrganization &known = matches.organizations[0];
            known.id = stored.id;
            for (std::size_t f = 0; f < known.fields.size(); ++f)
                if (draft.organization->fields[f].is_value())
                    known.fields[f] = draft.organization->fields[f].text;
        }
        const Plan second = MakePlan(mapping, again, ownership, drafts, matches, NewId);
        Require(second.rows[0].outcome == Outcome::kUnchanged || second.rows[0].outcome == Outcome::kFailed);
    }
    RequireBalance(mapping, rules, ownership, all);
    return 0;
}
