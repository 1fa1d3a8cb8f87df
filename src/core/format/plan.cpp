#include "core/format/plan.h"

#include <algorithm>
#include <set>

#include "core/text.h"

namespace contacts {
namespace {

// Whether what was entered for a phone is what the directory holds: a list cell shows it with blanks for
// separators.
bool SameEntered(const std::optional<std::string> &held, std::string_view shown) {
    if (!held) return false;
    if (*held == shown) return true;
    std::string blanked = *held;
    std::replace_if(
        blanked.begin(), blanked.end(), [](char c) { return c == ':' || c == ';'; }, ' ');
    return Trim(blanked) == shown;
}

Value ValueOf(std::optional<std::string> text) {
    return text ? Value(*std::move(text)) : Value();
}

// What a field holds after a cell was applied to it.
std::optional<std::string> Apply(const Cell &cell, const std::optional<std::string> &before) {
    switch (cell.kind) {
        case Cell::Kind::kKeep:
            return before;
        case Cell::Kind::kClear:
            return std::nullopt;
        case Cell::Kind::kValue:
            break;
    }
    return cell.text;
}

// A product shows the first web sites of the directory's list, a column each, and says nothing about the
// others.
std::optional<std::string> ApplyWebsites(const Cell &cell, const std::optional<std::string> &before,
                                         int columns, bool clear_empty) {
    if (cell.kind == Cell::Kind::kKeep || !before) return Apply(cell, before);
    const auto held = Split(*before, '\n');
    std::vector<std::string_view> given;
    if (cell.is_value()) given = Split(cell.text, '\n');
    const auto has = [](const auto &list, std::string_view site) {
        return std::find(list.begin(), list.end(), site) != list.end();
    };
    if (!given.empty() && !clear_empty &&
        std::all_of(given.begin(), given.end(), [&](std::string_view site) { return has(held, site); }))
        return before;
    std::size_t replaced = given.size();
    if (clear_empty || given.empty())
        replaced = std::max(replaced, static_cast<std::size_t>(std::max(columns, 1)));
    std::string after;
    for (const std::string_view site : given) after += (after.empty() ? "" : "\n") + std::string(site);
    for (std::size_t i = replaced; i < held.size(); ++i)
        if (!has(given, held[i])) after += (after.empty() ? "" : "\n") + std::string(held[i]);
    return after.empty() ? std::nullopt : std::optional<std::string>(after);
}

class Planner {
  public:
    Planner(const Mapping &mapping, const Rules &rules, const Ownership &ownership,
            std::span<const Draft *const> drafts, const Matches &matches, const std::function<Uuid()> &new_id)
        : mapping_(mapping),
          rules_(rules),
          ownership_(ownership),
          validator_(mapping, rules),
          drafts_(drafts),
          matches_(matches),
          new_id_(new_id) {}

    Plan Run() {
        plan_.rows.resize(drafts_.size());
        for (std::size_t i = 0; i < drafts_.size(); ++i) PlanRow(i);
        FlushOrganizations();
        return std::move(plan_);
    }

    std::vector<std::vector<Issue>> Check() {
        plan_.rows.resize(drafts_.size());
        std::vector<std::vector<Issue>> faults(drafts_.size());
        for (std::size_t i = 0; i < drafts_.size(); ++i) {
            const auto found = matches_.contacts.find(i);
            CheckContact(i, *drafts_[i], found == matches_.contacts.end() ? nullptr : &found->second);
            for (Issue &issue : plan_.rows[i].issues)
                if (issue.severity == Severity::kError) faults[i].push_back(std::move(issue));
        }
        return faults;
    }

  private:
    // An organization that the batch writes: rows of one batch may speak of it more than once.
    struct PendingOrganization {
        Uuid id{};
        bool is_new = false;
        bool changed = false;
        std::string external_id;
        std::array<std::optional<std::string>, static_cast<std::size_t>(OrganizationField::kCount)> fields;
    };

    Relation &RelationOf(const std::string &name, const std::vector<std::string> &columns) {
        Relation &relation = plan_.relations[name];
        if (relation.columns.empty()) relation.columns = columns;
        return relation;
    }

    // Columns of the relations that insert and update parts, by kind: asked for once a part, so made once.
    static const std::vector<std::string> &PartColumns(PartKind kind, bool inserts) {
        static const auto kColumns = [] {
            std::array<std::array<std::vector<std::string>, kPartKinds>, 2> all;
            for (std::size_t k = 0; k < kPartKinds; ++k)
                for (std::size_t i = 0; i < all.size(); ++i) {
                    const PartInfo &info = InfoOf(static_cast<PartKind>(k));
                    std::vector<std::string> &columns = all[i][k];
                    columns = {"contact_id", "position"};
                    if (i == 1) columns.insert(columns.end(), {"visibility", "owner_id"});
                    if (info.label) columns.push_back(info.label);
                    columns.insert(columns.end(), info.values.begin(), info.values.end());
                }
            return all;
        }();
        return kColumns[inserts ? 1 : 0][static_cast<std::size_t>(kind)];
    }

    void Note(std::size_t row, Severity severity, const char *code, Target target, std::string value,
              std::string message) {
        const auto bound =
            std::find_if(mapping_.columns.begin(), mapping_.columns.end(),
                         [&](const BoundColumn &b) { return b.column && b.column->target == target; });
        plan_.rows[row].issues.push_back({severity, code, bound == mapping_.columns.end() ? -1 : bound->index,
                                          NameOf(target), std::move(value), std::move(message)});
        if (severity == Severity::kError) plan_.rows[row].outcome = Outcome::kFailed;
    }

    void Fail(std::size_t row, const char *code, Target target, std::string value, std::string message) {
        Note(row, Severity::kError, code, target, std::move(value), std::move(message));
    }

    bool Failed(std::size_t row) const { return plan_.rows[row].outcome == Outcome::kFailed; }

    void NoteDuplicate(std::size_t row, Target target, const std::string &value, const char *what) {
        const Severity severity = validator_.LimitSeverity();
        Note(row, severity, "duplicate_in_file", target, value,
             std::string("this ") + what + " stood in the file before" +
                 (severity == Severity::kError ? "" : "; the later record wins"));
    }

    static const char *IdHeader(const Mapping &mapping) {
        const Column *id = FindColumn(*mapping.format, Target::kContactId);
        return id ? id->header : "ID";
    }

    void PlanRow(std::size_t row) {
        const Draft &draft = *drafts_[row];
        const auto found = matches_.contacts.find(row);
        const KnownContact *known = found == matches_.contacts.end() ? nullptr : &found->second;
        if (draft.has_contact) {
            if (known && !written_.insert(known->id).second) {
                plan_.rows[row].outcome = Outcome::kRepeated;
                return;
            }
            if (!CheckContact(row, draft, known)) return;
        }
        std::optional<Uuid> organization;
        Outcome of_organization = Outcome::kUnchanged;
        if (draft.organization) {
            if (!draft.has_contact && !CheckOrganization(row, draft)) return;
            const bool same_name =
                known && draft.organization->external_id.empty() && known->organization_id &&
                (*draft.organization)[OrganizationField::kName].text == known->organization_name;
            if (same_name)
                organization = known->organization_id;
            else
                organization = PlanOrganization(row, draft, of_organization);
            if (Failed(row)) return;
        }
        if (!draft.has_contact) {
            plan_.rows[row].outcome = of_organization;
        } else if (known) {
            UpdateContact(row, draft, *known, organization);
            // The organization's own change counts when the contact itself stays as it is.
            if (plan_.rows[row].outcome == Outcome::kUnchanged && of_organization != Outcome::kUnchanged &&
                draft.organization->name_required && !draft.organization->external_id.empty())
                plan_.rows[row].outcome = Outcome::kUpdated;
        } else {
            InsertContact(row, draft, organization);
        }
    }

    // Whether the mode lets this record do what its match says.
    bool CheckContact(std::size_t row, const Draft &draft, const KnownContact *known) {
        if (known) {
            if (rules_.mode == Mode::kInsert)
                Fail(row, "external_id_taken", Target::kContactId, draft.key,
                     "a contact with this ID exists; mode \"update\" or \"upsert\" changes it");
            else if (!known->editable)
                Fail(row, "not_editable", Target::kContactId, draft.key,
                     "no permission to change this contact");
            else if (known->of_this_import || draft.repeated)
                NoteDuplicate(row, Target::kContactId, draft.key, "ID");
            for (Issue &issue : validator_.MissingForUpdate(draft, known->fields)) {
                plan_.rows[row].issues.push_back(std::move(issue));
                plan_.rows[row].outcome = Outcome::kFailed;
            }
        } else if (!draft.key.empty() && (rules_.mode == Mode::kUpdate || rules_.mode == Mode::kById)) {
            Fail(row, "unknown_contact_id", Target::kContactId, draft.key,
                 std::string("no contact has this ID") +
                     (rules_.mode == Mode::kUpdate ? "; mode \"upsert\" creates one"
                                                   : std::string("; leave \"") + IdHeader(mapping_) +
                                                         "\" empty to create one, or use mode \"upsert\""));
        } else {
            for (Issue &issue : validator_.MissingForInsert(draft)) {
                const bool said =
                    std::any_of(draft.issues.begin(), draft.issues.end(), [&](const Issue &other) {
                        return other.target == issue.target && std::string_view(other.code) == issue.code;
                    });
                if (said) continue;
                plan_.rows[row].issues.push_back(std::move(issue));
                plan_.rows[row].outcome = Outcome::kFailed;
            }
        }
        // Faults that the directory already holds are nobody's news.
        for (const PartChange &change : draft.parts)
            for (const Issue &issue : change.pending) {
                const auto holds = [&](const Part &part) {
                    return SameEntered(part.values[kPhoneEntered], issue.value);
                };
                const auto kind = static_cast<std::size_t>(change.kind);
                if (known && std::any_of(known->parts[kind].begin(), known->parts[kind].end(), holds))
                    continue;
                plan_.rows[row].issues.push_back(issue);
                plan_.rows[row].outcome = Outcome::kFailed;
                if (plan_.rows[row].issues.size() >= kMaxIssues) return false;
            }
        return !Failed(row);
    }

    // The same for a record of an organization alone.
    bool CheckOrganization(std::size_t row, const Draft &draft) {
        const auto known = matches_.organizations.find(row);
        const std::string &id = draft.organization->external_id;
        if (known == matches_.organizations.end()) {
            if (rules_.mode == Mode::kUpdate)
                Fail(row, "unknown_organization_id", Target::kOrganizationId, id,
                     "no organization has this ID; mode \"upsert\" creates one");
        } else if (rules_.mode == Mode::kInsert && !known->second.of_this_import) {
            Fail(row, "external_id_taken", Target::kOrganizationId, id,
                 "an organization with this ID exists; mode \"update\" or \"upsert\" changes it");
        }
        return !Failed(row);
    }

    std::optional<Uuid> PlanOrganization(std::size_t row, const Draft &draft, Outcome &outcome) {
        const OrganizationDraft &wanted = *draft.organization;
        const std::string &name = wanted[OrganizationField::kName].text;
        const auto known = matches_.organizations.find(row);
        const std::string key = known != matches_.organizations.end() ? "k" + ToText(known->second.id)
                                : wanted.external_id.empty()          ? "n" + name
                                                                      : "i" + wanted.external_id;
        const auto [slot, first] = pending_.try_emplace(key);
        PendingOrganization &pending = slot->second;
        if (first) {
            pending.external_id = wanted.external_id;
            if (known != matches_.organizations.end()) {
                pending.id = known->second.id;
                pending.fields = known->second.fields;
            } else if (name.empty()) {
                pending_.erase(slot);
                Fail(row, "unknown_organization_id", Target::kOrganizationId, wanted.external_id,
                     "no organization has this ID, and the record does not name one");
                return std::nullopt;
            } else {
                pending.id = new_id_();
                pending.is_new = true;
                order_.push_back(key);
            }
        }
        auto fields = pending.fields;
        // By name alone nothing of a known organization changes.
        if (!wanted.external_id.empty() || pending.is_new)
            for (std::size_t f = 0; f < fields.size(); ++f) fields[f] = Apply(wanted.fields[f], fields[f]);
        const bool changed = (first && pending.is_new) || fields != pending.fields;
        const bool before = !first || (known != matches_.organizations.end() && known->second.of_this_import);
        if (before && changed)
            NoteDuplicate(row, Target::kOrganizationId, wanted.external_id,
                          "organization, with other details,");
        // Under strict that is a fault, and a failed record changes nothing.
        if (Failed(row)) return std::nullopt;
        pending.fields = std::move(fields);
        if (changed && !pending.is_new && !pending.changed) order_.push_back(key);
        pending.changed = pending.changed || changed;
        outcome = !changed                  ? Outcome::kUnchanged
                  : first && pending.is_new ? Outcome::kInserted
                                            : Outcome::kUpdated;
        return pending.id;
    }

    void FlushOrganizations() {
        std::vector<std::string> columns = {"organization_id", "source", "external_id"};
        columns.insert(columns.end(), kOrganizationColumns.begin(), kOrganizationColumns.end());
        for (const std::string &key : order_) {
            const PendingOrganization &pending = pending_.at(key);
            std::vector<Value> values = {pending.id, std::string(mapping_.format->source),
                                         pending.external_id.empty() ? Value() : Value(pending.external_id)};
            for (const auto &field : pending.fields) values.push_back(ValueOf(field));
            RelationOf(pending.is_new ? "organization_insert" : "organization_update", columns)
                .rows.push_back(std::move(values));
        }
    }

    static void AddBirthDate(std::vector<Value> &values, const std::optional<std::string> &date) {
        const bool year_known = !date || date->compare(0, 2, "--") != 0;
        values.push_back(!date ? Value()
                               : Value(year_known ? *date : std::to_string(kYearUnknown) + date->substr(1)));
        values.push_back(year_known);
    }

    template <class Get>
    void AddFields(std::vector<Value> &values, Get &&get) {
        for (std::size_t f = 0; f < kContactColumns.size(); ++f) {
            std::optional<std::string> text = get(f);
            if (f == static_cast<std::size_t>(ContactField::kBirthDate))
                AddBirthDate(values, text);
            else
                values.push_back(ValueOf(std::move(text)));
        }
    }

    static std::vector<std::string> ContactColumns(std::vector<std::string> first,
                                                   std::vector<std::string> last) {
        for (std::size_t f = 0; f < kContactColumns.size(); ++f) {
            first.push_back(kContactColumns[f]);
            if (f == static_cast<std::size_t>(ContactField::kBirthDate)) first.push_back("birth_year_known");
        }
        first.insert(first.end(), last.begin(), last.end());
        return first;
    }

    void InsertContact(std::size_t row, const Draft &draft, const std::optional<Uuid> &organization) {
        const Uuid id = new_id_();
        plan_.rows[row].outcome = Outcome::kInserted;
        static const std::vector<std::string> kColumns = ContactColumns(
            {"contact_id", "source", "external_id", "visibility", "owner_id", "organization_id"}, {"custom"});
        std::vector<Value> &values = RelationOf("contact_insert", kColumns).rows.emplace_back();
        values.reserve(kColumns.size());
        values.emplace_back(id);
        values.emplace_back(std::string(mapping_.format->source));
        values.push_back(draft.key.empty() ? Value() : Value(draft.key));
        values.emplace_back(ownership_.visibility);
        values.push_back(ownership_.owner_id ? Value(*ownership_.owner_id) : Value());
        values.push_back(organization ? Value(*organization) : Value());
        AddFields(values, [&](std::size_t f) -> std::optional<std::string> {
            if (draft.fields[f].is_value()) return draft.fields[f].text;
            const char *fallback = "";
            if (f == static_cast<std::size_t>(ContactField::kContactType))
                fallback = mapping_.format->default_type;
            if (f == static_cast<std::size_t>(ContactField::kContactLevel))
                fallback = mapping_.format->default_level;
            return fallback[0] ? std::optional<std::string>(fallback) : std::nullopt;
        });
        std::string custom;
        for (std::size_t k = 0; k < draft.custom.size(); ++k)
            if (draft.custom[k].is_value())
                AppendMember(custom, mapping_.custom_keys[k], draft.custom[k].text);
        values.push_back("{" + custom + "}");
        int positions[kPartKinds] = {};
        for (const PartChange &change : draft.parts) {
            int &position = positions[static_cast<std::size_t>(change.kind)];
            if (mapping_.slots[static_cast<std::size_t>(change.slot)].list) {
                for (Part part : change.list) {
                    part.position = ++position;
                    InsertPart(id, change.kind, part, true);
                }
            } else if (std::optional<Part> part = NewPart(change)) {
                part->position = ++position;
                InsertPart(id, change.kind, *part, true);
            }
        }
    }

    static void AppendMember(std::string &json, const std::string &key, const std::string &value) {
        if (!json.empty()) json += ',';
        json += JsonString(key) + ':' + JsonString(value);
    }

    std::optional<Part> NewPart(const PartChange &change) const {
        Part part;
        part.label =
            change.label.empty() ? mapping_.slots[static_cast<std::size_t>(change.slot)].label : change.label;
        bool any = false;
        for (std::size_t c = 0; c < change.components.size(); ++c) {
            const Cell &cell = change.components[c];
            part.values.push_back(cell.is_value() ? std::optional<std::string>(cell.text) : std::nullopt);
            // Whether a number takes messages says nothing without the number.
            any = any || (cell.is_value() && !(change.kind == PartKind::kPhone && c == kPhoneSms));
        }
        return any ? std::optional<Part>(std::move(part)) : std::nullopt;
    }

    void InsertPart(const Uuid &contact, PartKind kind, const Part &part, bool new_contact) {
        const PartInfo &info = InfoOf(kind);
        const std::vector<std::string> &columns = PartColumns(kind, true);
        std::vector<Value> &values =
            RelationOf(std::string(info.relation) + "_insert", columns).rows.emplace_back();
        values.reserve(columns.size());
        values.emplace_back(contact);
        values.emplace_back(std::int64_t{part.position});
        // The access columns of a new contact are known; those of an old one its own trigger looks up.
        values.push_back(new_contact ? Value(ownership_.visibility) : Value());
        values.push_back(new_contact && ownership_.owner_id ? Value(*ownership_.owner_id) : Value());
        if (info.label) values.emplace_back(part.label);
        for (const auto &value : part.values) values.push_back(ValueOf(value));
    }

    void UpdatePart(const Uuid &contact, PartKind kind, const Part &part) {
        const PartInfo &info = InfoOf(kind);
        std::vector<Value> values = {contact, std::int64_t{part.position}};
        if (info.label) values.push_back(part.label);
        for (const auto &value : part.values) values.push_back(ValueOf(value));
        RelationOf(std::string(info.relation) + "_update", PartColumns(kind, false))
            .rows.push_back(std::move(values));
    }

    void DeletePart(const Uuid &contact, PartKind kind, const Part &part) {
        const PartInfo &info = InfoOf(kind);
        Relation &relation = RelationOf(std::string(info.relation) + "_delete",
                                        {"contact_id", kind == PartKind::kGroup ? "name" : "position"});
        relation.rows.push_back({contact, kind == PartKind::kGroup ? ValueOf(part.values[0])
                                                                   : Value(std::int64_t{part.position})});
    }

    void UpdateContact(std::size_t row, const Draft &draft, const KnownContact &known,
                       const std::optional<Uuid> &organization) {
        const std::optional<Uuid> after = organization               ? organization
                                          : draft.clear_organization ? std::nullopt
                                                                     : known.organization_id;
        bool changed = after != known.organization_id;
        // A name as a whole says nothing about the parts that are known.
        const auto holds = [&](ContactField f) {
            return known.fields[static_cast<std::size_t>(f)].has_value();
        };
        const bool names_known =
            draft.whole_name && (holds(ContactField::kFirstName) || holds(ContactField::kMiddleName) ||
                                 holds(ContactField::kLastName));
        std::vector<Value> values = {known.id, after ? Value(*after) : Value()};
        AddFields(values, [&](std::size_t f) {
            const auto after = f == static_cast<std::size_t>(ContactField::kWebsites) &&
                                       !mapping_.format->structured_lists
                                   ? ApplyWebsites(draft.fields[f], known.fields[f], mapping_.website_columns,
                                                   rules_.clear_empty)
                               : names_known && f == static_cast<std::size_t>(ContactField::kFirstName)
                                   ? known.fields[f]
                                   : Apply(draft.fields[f], known.fields[f]);
            changed = changed || after != known.fields[f];
            return after;
        });
        std::string custom;
        std::vector<std::string> removed;
        for (std::size_t k = 0; k < draft.custom.size(); ++k) {
            const auto after = Apply(draft.custom[k], known.custom[k]);
            if (after == known.custom[k]) continue;
            changed = true;
            if (after)
                AppendMember(custom, mapping_.custom_keys[k], *after);
            else
                removed.push_back(mapping_.custom_keys[k]);
        }
        values.push_back("{" + custom + "}");
        values.push_back(std::move(removed));
        bool parts_changed = false;
        const std::vector<const Part *> meant = FindMeant(draft, known);
        for (std::size_t i = 0; i < draft.parts.size(); ++i)
            parts_changed = MergePart(draft.parts[i], known, meant[i]) || parts_changed;
        if (!changed && !parts_changed) return;
        plan_.rows[row].outcome = Outcome::kUpdated;
        // A contact whose parts alone changed is touched too: its version and import tell of it.
        static const std::vector<std::string> kColumns =
            ContactColumns({"contact_id", "organization_id"}, {"custom", "custom_removed"});
        RelationOf("contact_update", kColumns).rows.push_back(std::move(values));
    }

    bool IsNamed(PartKind kind, const std::string &label) const {
        const auto &labels = mapping_.named_labels[static_cast<std::size_t>(kind)];
        return std::find(labels.begin(), labels.end(), label) != labels.end();
    }

    bool Shows(const Slot &slot, PartKind kind, const Part &part) const {
        return std::find(slot.labels.begin(), slot.labels.end(), part.label) != slot.labels.end() ||
               (slot.any_label && !IsNamed(kind, part.label));
    }

    // Whether what the record says is what the part holds.
    static bool Says(const PartChange &change, const Part &part) {
        bool any = false;
        for (std::size_t c = 0; c < change.components.size(); ++c) {
            const Cell &cell = change.components[c];
            if (!cell.is_value() || (change.kind == PartKind::kPhone && c != kPhoneNumber)) continue;
            any = true;
            if (part.values[c] == cell.text) continue;
            const bool same_line = change.kind == PartKind::kPhone && change.keep_extension &&
                                   part.values[c] &&
                                   part.values[c]->substr(0, part.values[c]->find(';')) == cell.text;
            if (!same_line) return false;
        }
        if (change.kind == PartKind::kPhone && !any) {
            const Cell &entered = change.components[kPhoneEntered];
            return entered.is_value() && !part.values[kPhoneNumber] &&
                   SameEntered(part.values[kPhoneEntered], entered.text);
        }
        return any;
    }

    // The parts of the contact that the record's parts are: those that say the same, wherever they stand,
    // else those that stand in their place; null where there is none.
    std::vector<const Part *> FindMeant(const Draft &draft, const KnownContact &known) const {
        std::vector<const Part *> meant(draft.parts.size());
        const auto is_taken = [&](const Part &part) {
            return std::find(meant.begin(), meant.end(), &part) != meant.end();
        };
        for (const bool by_value : {true, false})
            for (std::size_t i = 0; i < draft.parts.size(); ++i) {
                const PartChange &change = draft.parts[i];
                const Slot &slot = mapping_.slots[static_cast<std::size_t>(change.slot)];
                if (slot.list || meant[i]) continue;
                int place = 0;
                for (const Part &part : known.parts[static_cast<std::size_t>(change.kind)]) {
                    if (!Shows(slot, change.kind, part)) continue;
                    ++place;
                    if (is_taken(part)) continue;
                    // An emptied cell means what moved up from there, too.
                    if (by_value ? Says(change, part)
                                 : place == change.ordinal || (change.clear && place < change.ordinal)) {
                        meant[i] = &part;
                        break;
                    }
                }
            }
        return meant;
    }

    // Returns whether anything changes. `found` is the part that the record means.
    bool MergePart(const PartChange &change, const KnownContact &known, const Part *found) {
        const Slot &slot = mapping_.slots[static_cast<std::size_t>(change.slot)];
        if (slot.list)
            return change.kind == PartKind::kGroup ? MergeGroups(change, known) : MergeList(change, known);
        if (!found) {
            std::optional<Part> part = NewPart(change);
            if (!part) return false;
            part->position = NextPosition(known, change.kind);
            InsertPart(known.id, change.kind, *part, false);
            return true;
        }
        Part after = *found;
        for (std::size_t c = 0; c < change.components.size(); ++c)
            after.values[c] = Apply(change.components[c], found->values[c]);
        if (change.clear && std::none_of(change.components.begin(), change.components.end(),
                                         [](const Cell &c) { return c.is_value(); })) {
            DeletePart(known.id, change.kind, *found);
            return true;
        }
        if (change.kind == PartKind::kPhone) Reconcile(change, *found, after);
        if (!change.label.empty()) after.label = change.label;
        if (after.values == found->values && after.label == found->label) return false;
        if (std::none_of(after.values.begin(), after.values.end(),
                         [](const auto &v) { return v.has_value(); }))
            DeletePart(known.id, change.kind, *found);
        else
            UpdatePart(known.id, change.kind, after);
        return true;
    }

    // A number that says what is stored leaves it as it is, also what was once typed for it.
    static void Reconcile(const PartChange &change, const Part &before, Part &after) {
        const auto &old_number = before.values[kPhoneNumber];
        auto &number = after.values[kPhoneNumber];
        if (change.keep_extension && old_number && number &&
            old_number->substr(0, old_number->find(';')) == *number)
            number = old_number;
        const auto &entered = after.values[kPhoneEntered];
        if (number == old_number &&
            (number || (entered && SameEntered(before.values[kPhoneEntered], *entered))))
            after.values[kPhoneEntered] = before.values[kPhoneEntered];
    }

    int NextPosition(const KnownContact &known, PartKind kind) {
        int &added = added_[{known.id, kind}];
        const auto &parts = known.parts[static_cast<std::size_t>(kind)];
        return (parts.empty() ? 0 : parts.back().position) + ++added;
    }

    bool MergeList(const PartChange &change, const KnownContact &known) {
        const std::vector<Term> &labels = TermsOf(Target::kPhoneList);
        const auto is_list_label = [&](const std::string &label) {
            return std::any_of(labels.begin(), labels.end(),
                               [&](const Term &term) { return label == term.stored; });
        };
        const auto &parts = known.parts[static_cast<std::size_t>(change.kind)];
        bool changed = false;
        for (std::size_t i = 0; i < change.list.size(); ++i) {
            Part part = change.list[i];
            if (i >= parts.size()) {
                part.position = NextPosition(known, change.kind);
                InsertPart(known.id, change.kind, part, false);
                changed = true;
                continue;
            }
            const Part &before = parts[i];
            part.position = before.position;
            // A label that the format cannot say stands as "other" in its files and is kept.
            if (part.label == "other" && !is_list_label(before.label)) part.label = before.label;
            if (change.kind == PartKind::kPhone) {
                part.values[kPhoneSms] = before.values[kPhoneSms];
                Reconcile(change, before, part);
            }
            if (part.label == before.label && part.values == before.values) continue;
            UpdatePart(known.id, change.kind, part);
            changed = true;
        }
        for (std::size_t i = change.list.size(); i < parts.size(); ++i) {
            DeletePart(known.id, change.kind, parts[i]);
            changed = true;
        }
        return changed;
    }

    bool MergeGroups(const PartChange &change, const KnownContact &known) {
        const auto &parts = known.parts[static_cast<std::size_t>(change.kind)];
        const auto names = [](const std::vector<Part> &list) {
            std::set<std::string_view> out;
            for (const Part &part : list) out.insert(*part.values[0]);
            return out;
        };
        const auto wanted = names(change.list), held = names(parts);
        bool changed = false;
        for (const Part &part : change.list)
            if (!held.count(*part.values[0])) {
                InsertPart(known.id, change.kind, part, false);
                changed = true;
            }
        for (const Part &part : parts)
            if (!wanted.count(*part.values[0])) {
                DeletePart(known.id, change.kind, part);
                changed = true;
            }
        return changed;
    }

    const Mapping &mapping_;
    const Rules &rules_;
    const Ownership &ownership_;
    Validator validator_;
    std::span<const Draft *const> drafts_;
    const Matches &matches_;
    const std::function<Uuid()> &new_id_;
    Plan plan_;
    std::map<std::string, PendingOrganization> pending_;
    std::vector<std::string> order_;
    std::set<Uuid> written_;
    std::map<std::pair<Uuid, PartKind>, int> added_;
};

}  // namespace

std::string JsonString(std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

Plan MakeKeys(const Mapping &mapping, const Ownership &ownership, std::span<const Draft *const> drafts) {
    Plan plan;
    Relation &contacts = plan.relations["contact_key"];
    contacts.columns = {"row_number", "contact_id", "source", "external_id", "owner_id", "personal"};
    Relation &organizations = plan.relations["organization_key"];
    organizations.columns = {"row_number", "organization_id", "source", "external_id", "name"};
    const std::string source = mapping.format->source;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        const Draft &draft = *drafts[i];
        const auto row = static_cast<std::int64_t>(i);
        if (draft.has_contact && !draft.key.empty())
            contacts.rows.push_back({row, draft.key_uuid ? Value(*draft.key_uuid) : Value(), source,
                                     draft.key, ownership.owner_id ? Value(*ownership.owner_id) : Value(),
                                     ownership.visibility == "personal"});
        if (draft.organization) {
            const std::string &id = draft.organization->external_id;
            const std::optional<Uuid> uuid = ParseUuid(id);
            organizations.rows.push_back(
                {row, uuid ? Value(*uuid) : Value(), source, id.empty() ? Value() : Value(id),
                 id.empty() ? Value((*draft.organization)[OrganizationField::kName].text) : Value()});
        }
    }
    return plan;
}

std::vector<std::vector<Issue>> FindContactFaults(const Mapping &mapping, const Rules &rules,
                                                  const Ownership &ownership,
                                                  std::span<const Draft *const> drafts,
                                                  const Matches &matches) {
    const std::function<Uuid()> no_id;
    return Planner(mapping, rules, ownership, drafts, matches, no_id).Check();
}

Plan MakePlan(const Mapping &mapping, const Rules &rules, const Ownership &ownership,
              std::span<const Draft *const> drafts, const Matches &matches,
              const std::function<Uuid()> &new_id) {
    return Planner(mapping, rules, ownership, drafts, matches, new_id).Run();
}

}  // namespace contacts
