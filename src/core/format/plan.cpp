#include "core/format/plan.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/email/email.h"
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

std::optional<std::string> Copied(const std::string *text) {
    return text ? std::optional<std::string>(*text) : std::nullopt;
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

// Whether a draft says a value by which contacts are matched, and each of them: `take(criterion, value)`.
template <class Take>
void ForEachValue(const Draft &draft, const Rules &rules, Take &&take) {
    if (rules.match_by.empty()) {
        if (!draft.key.empty()) take(std::size_t{0}, std::string_view(draft.key));
        return;
    }
    const auto of_parts = [&](std::size_t criterion, PartKind kind, std::size_t component) {
        for (const PartChange &change : draft.parts) {
            if (change.kind != kind) continue;
            for (const Part &part : change.list)
                if (part.values[component]) take(criterion, std::string_view(*part.values[component]));
            if (change.list.empty() && change.components[component].is_value())
                take(criterion, std::string_view(change.components[component].text));
        }
    };
    for (std::size_t c = 0; c < rules.match_by.size(); ++c) switch (rules.match_by[c]) {
            case Criterion::kContactId:
                if (draft.key_uuid) take(c, std::string_view(draft.key));
                break;
            case Criterion::kExternalId:
                if (!draft.key.empty()) take(c, std::string_view(draft.key));
                break;
            case Criterion::kEmail:
                of_parts(c, PartKind::kEmail, 0);
                break;
            case Criterion::kPhone:
                of_parts(c, PartKind::kPhone, kPhoneNumber);
                break;
        }
}

// A value as it is compared with those of other records of the batch.
std::string BatchKey(const Rules &rules, std::size_t criterion, std::string_view value) {
    const bool email = !rules.match_by.empty() && rules.match_by[criterion] == Criterion::kEmail;
    const std::string prefix = std::to_string(criterion) + ' ';
    if (!email) return prefix + std::string(value);
    const Result<Email> parsed = ParseEmail(value);
    return prefix + std::string(parsed ? parsed->key() : value);
}

// The owner of personal contacts: what organizations they bring with them is as private.
Value PersonalOwner(const Ownership &ownership) {
    return ownership.visibility == "personal" && ownership.owner_id ? Value(*ownership.owner_id) : Value();
}

class Planner {
  public:
    Planner(const Mapping &mapping, const Rules &rules, const Ownership &ownership,
            std::span<const Draft *const> drafts, const Matches &matches, const std::function<Uuid()> &new_id,
            const SeenRecords &seen)
        : mapping_(mapping),
          rules_(rules),
          ownership_(ownership),
          validator_(mapping, rules),
          drafts_(drafts),
          matches_(matches),
          new_id_(new_id),
          seen_(seen),
          seen_here_(drafts.size()),
          default_type_(plan_.Keep(mapping.format->default_type)),
          default_level_(plan_.Keep(mapping.format->default_level)) {}

    Plan Run() {
        plan_.rows.resize(drafts_.size());
        FindShared();
        for (std::size_t i = 0; i < drafts_.size(); ++i) PlanRow(i);
        FlushContacts();
        FlushOrganizations();
        return std::move(plan_);
    }

    std::vector<std::vector<Issue>> Check() {
        plan_.rows.resize(drafts_.size());
        std::vector<std::vector<Issue>> faults(drafts_.size());
        for (std::size_t i = 0; i < drafts_.size(); ++i) {
            Meant found;
            if (Resolve(i, *drafts_[i], found)) CheckContact(i, *drafts_[i], found);
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

    // A contact that the batch writes: what the directory holds (nothing of a new one), and what it will
    // hold.
    struct PendingContact {
        bool is_new = false;
        const KnownContact *before = nullptr;
        KnownContact after;
    };

    // What a draft means: nothing known, a contact of the directory, or one that the batch writes.
    struct Meant {
        const KnownContact *known = nullptr;
        PendingContact *pending = nullptr;
        std::size_t criterion = 0;
    };

    bool IsId(std::size_t criterion) const {
        return rules_.match_by.empty() || rules_.match_by[criterion] == Criterion::kContactId ||
               rules_.match_by[criterion] == Criterion::kExternalId;
    }

    // Values and contacts that more than one draft of the batch speaks of: those need an eye kept on what the
    // batch did before.
    void FindShared() {
        std::unordered_map<std::string, std::size_t> first_with;
        std::map<Uuid, std::size_t> first_of;
        shared_.assign(drafts_.size(), false);
        const auto meet = [&](std::size_t row, auto &seen, const auto &key) {
            const auto [found, is_new] = seen.try_emplace(key, row);
            if (is_new || found->second == row) return;
            shared_[row] = shared_[found->second] = true;
        };
        for (std::size_t i = 0; i < drafts_.size(); ++i) {
            if (!drafts_[i]->has_contact) continue;
            ForEachValue(*drafts_[i], rules_, [&](std::size_t criterion, std::string_view value) {
                meet(i, first_with, BatchKey(rules_, criterion, value));
            });
            const auto hits = matches_.hits.find(i);
            if (hits == matches_.hits.end()) continue;
            for (const Hit &hit : hits->second) meet(i, first_of, hit.contact);
        }
    }

    // The contact that a draft means; false, with an error, where its criteria do not agree on one.
    bool Resolve(std::size_t row, const Draft &draft, Meant &meant) {
        std::vector<std::vector<Uuid>> found(std::max<std::size_t>(rules_.match_by.size(), 1));
        const bool id_alone = rules_.duplicates() == OnDuplicate::kInsert;
        const auto add = [&](std::size_t criterion, const Uuid &id) {
            // Where one more contact is asked for, nothing but an ID stands against it.
            if (id_alone && !IsId(criterion)) return;
            std::vector<Uuid> &ids = found[criterion];
            if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
        };
        const auto hits = matches_.hits.find(row);
        if (hits != matches_.hits.end())
            for (const Hit &hit : hits->second) add(hit.criterion, hit.contact);
        if (!shared_.empty() && shared_[row])
            ForEachValue(draft, rules_, [&](std::size_t criterion, std::string_view value) {
                const auto pending = by_value_.find(BatchKey(rules_, criterion, value));
                if (pending == by_value_.end()) return;
                for (const Uuid &id : pending->second) add(criterion, id);
            });
        std::optional<Uuid> chosen;
        for (std::size_t c = 0; c < found.size(); ++c) {
            const std::vector<Uuid> &ids = found[c];
            if (ids.empty()) continue;
            if (!chosen && ids.size() == 1) {
                chosen = ids[0];
                meant.criterion = c;
                continue;
            }
            const bool agrees = chosen && std::find(ids.begin(), ids.end(), *chosen) != ids.end();
            if (agrees || (chosen && ids.size() >= kMaxHits)) continue;
            FailAmbiguous(row, chosen, meant.criterion, c, ids);
            return false;
        }
        if (!chosen) return true;
        const auto pending = pending_contacts_.find(*chosen);
        if (pending != pending_contacts_.end())
            meant.pending = &pending->second;
        else if (const auto known = matches_.contacts.find(*chosen); known != matches_.contacts.end())
            meant.known = &known->second;
        return true;
    }

    void FailAmbiguous(std::size_t row, const std::optional<Uuid> &chosen, std::size_t chosen_by,
                       std::size_t by, const std::vector<Uuid> &ids) {
        constexpr std::size_t kShown = 3;
        const auto name = [&](std::size_t criterion) {
            return rules_.match_by.empty() ? "id" : NameOf(rules_.match_by[criterion]);
        };
        std::string list;
        for (std::size_t i = 0; i < ids.size() && i < kShown; ++i) list += (i ? ", " : "") + ToText(ids[i]);
        if (ids.size() > kShown) list += ", …";
        Issue issue;
        issue.code = "ambiguous_match";
        issue.target = name(by);
        issue.message = chosen ? std::string("the record's ") + name(chosen_by) + " is that of contact " +
                                     ToText(*chosen) + ", its " + name(by) + " that of " + list
                               : std::string("several contacts have this record's ") + name(by) + ": " + list;
        plan_.rows[row].issues.push_back(std::move(issue));
        plan_.rows[row].outcome = Outcome::kFailed;
    }

    // Later records of the batch with these values mean this contact.
    void Remember(const Draft &draft, const Uuid &id) {
        ForEachValue(draft, rules_, [&](std::size_t criterion, std::string_view value) {
            std::vector<Uuid> &ids = by_value_[BatchKey(rules_, criterion, value)];
            if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
        });
    }

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
        Meant meant;
        if (draft.has_contact) {
            if (!Resolve(row, draft, meant) || !CheckContact(row, draft, meant)) return;
            if (IsKnown(meant) && rules_.duplicates() == OnDuplicate::kSkip) return;
            if (!IsKnown(meant) && CheckRepeat(row, draft)) return;
        }
        std::optional<Uuid> organization;
        Outcome of_organization = Outcome::kUnchanged;
        const KnownContact *held = meant.pending ? &meant.pending->after : meant.known;
        if (draft.organization) {
            if (!draft.has_contact && !CheckOrganization(row, draft)) return;
            const bool same_name =
                held && draft.organization->external_id.empty() && held->organization_id &&
                (*draft.organization)[OrganizationField::kName].text == held->organization_name;
            if (same_name)
                organization = held->organization_id;
            else
                organization = PlanOrganization(row, draft, of_organization);
            if (Failed(row)) return;
        }
        if (!draft.has_contact) {
            plan_.rows[row].outcome = of_organization;
        } else if (held) {
            UpdateContact(row, draft, meant, organization);
            // The organization's own change counts when the contact itself stays as it is.
            if (plan_.rows[row].outcome == Outcome::kUnchanged && of_organization != Outcome::kUnchanged &&
                draft.organization->name_required && !draft.organization->external_id.empty())
                plan_.rows[row].outcome = Outcome::kUpdated;
        } else if (shared_[row]) {
            AddContact(row, draft, organization);
        } else {
            InsertContact(row, draft, organization);
        }
    }

    static bool IsKnown(const Meant &meant) { return meant.known || meant.pending; }

    // Whether the rules let this record do what its match says.
    bool CheckContact(std::size_t row, const Draft &draft, const Meant &meant) {
        const KnownContact *known = meant.pending ? &meant.pending->after : meant.known;
        if (known) {
            CheckDuplicate(row, draft, *known, meant);
            if (rules_.duplicates() == OnDuplicate::kSkip) return !Failed(row);
        }
        if (known) {
            for (Issue &issue : validator_.MissingForUpdate(draft, known->fields)) {
                plan_.rows[row].issues.push_back(std::move(issue));
                plan_.rows[row].outcome = Outcome::kFailed;
            }
        } else if (rules_.mode == Mode::kUpdate && !known && !rules_.match_by.empty()) {
            FailUnmatched(row, draft);
        } else if (!known && !draft.key.empty() &&
                   (rules_.mode == Mode::kUpdate || rules_.mode == Mode::kById)) {
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

    // A record whose contact exists already.
    void CheckDuplicate(std::size_t row, const Draft &draft, const KnownContact &known, const Meant &meant) {
        const bool in_file = meant.pending || known.of_this_import;
        const bool by_id = IsId(meant.criterion);
        const Target target = by_id                                                   ? Target::kContactId
                              : rules_.match_by[meant.criterion] == Criterion::kEmail ? Target::kEmail
                                                                                      : Target::kPhone;
        const std::string what = by_id ? "ID" : NameOf(rules_.match_by[meant.criterion]);
        const std::string value = by_id ? draft.key : "";
        switch (rules_.duplicates()) {
            case OnDuplicate::kInsert:
                Fail(row, "external_id_taken", target, value,
                     "a contact with this ID exists, and an ID means one contact alone");
                break;
            case OnDuplicate::kSkip:
                if (in_file)
                    Note(row, Severity::kWarning, "duplicate_in_file", target, value,
                         "this " + what + " stood in the file before; this record was skipped");
                else
                    Note(row, Severity::kNotice, "skipped_duplicate", target, value,
                         "contact " + ToText(known.id) + " has this " + what + "; the record was skipped");
                break;
            case OnDuplicate::kError:
                if (rules_.on_duplicate == OnDuplicate::kByMode && by_id)
                    Fail(row, "external_id_taken", target, value,
                         "a contact with this ID exists; mode \"update\" or \"upsert\" changes it");
                else if (in_file)
                    Fail(row, "duplicate_in_file", target, value,
                         "this " + what + " stood in the file before");
                else
                    Fail(row, "duplicate", target, value,
                         "contact " + ToText(known.id) + " has this " + what);
                break;
            case OnDuplicate::kByMode:
            case OnDuplicate::kUpdate:
                if (!known.editable)
                    Fail(row, "not_editable", target, value, "no permission to change this contact");
                else if (in_file)
                    NoteDuplicate(row, target, value, what.c_str());
                NoteOtherId(row, draft, known, meant, what);
                break;
        }
    }

    bool HasValueToMatch(const Draft &draft) const {
        bool any = false;
        ForEachValue(draft, rules_, [&](std::size_t, std::string_view) { any = true; });
        return any;
    }

    // Whether an earlier record is equal to this one, which has nothing else to be known by.
    bool CheckRepeat(std::size_t row, const Draft &draft) {
        if (rules_.on_duplicate == OnDuplicate::kInsert || HasValueToMatch(draft)) return false;
        RowPlan &plan = plan_.rows[row];
        plan.cells_hash = HashCells(draft.cells);
        std::optional<std::int64_t> first = seen_here_.Find(plan.cells_hash);
        if (!first) first = seen_.Find(plan.cells_hash);
        plan.first_record = first.value_or(draft.record);
        if (!first) return false;
        Issue issue;
        issue.severity = rules_.on_duplicate == OnDuplicate::kError  ? Severity::kError
                         : rules_.on_duplicate == OnDuplicate::kSkip ? Severity::kWarning
                                                                     : validator_.LimitSeverity();
        issue.code = "duplicate_in_file";
        issue.message = "this record is the same as record " + std::to_string(*first) + " of the file";
        if (issue.severity == Severity::kError)
            plan.outcome = Outcome::kFailed;
        else
            issue.message += "; it was skipped";
        plan.issues.push_back(std::move(issue));
        return true;
    }

    // A record that a contact is found for by something else than its ID, though the source has another ID
    // for it.
    void NoteOtherId(std::size_t row, const Draft &draft, const KnownContact &known, const Meant &meant,
                     const std::string &what) {
        if (!TakesIds(rules_) || IsId(meant.criterion) || draft.key.empty() || known.external_id.empty() ||
            draft.key == known.external_id || draft.key_uuid == known.id)
            return;
        Note(row, validator_.LimitSeverity(), "other_id", Target::kContactId, draft.key,
             "the contact with this " + what + " has another ID, \"" + Quoted(known.external_id) +
                 "\", and keeps it");
    }

    // Mode "update" with criteria of the caller's, none of which found a contact.
    void FailUnmatched(std::size_t row, const Draft &draft) {
        const bool any = HasValueToMatch(draft);
        std::string list;
        for (const Criterion criterion : rules_.match_by)
            list += (list.empty() ? "" : ", ") + std::string(NameOf(criterion));
        Issue issue;
        issue.code = any ? "no_match" : "required_missing";
        issue.message = any ? "no contact matches by " + list + "; mode \"upsert\" creates one"
                            : "an update needs a value to match by: " + list;
        plan_.rows[row].issues.push_back(std::move(issue));
        plan_.rows[row].outcome = Outcome::kFailed;
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
        if (wanted.external_id.empty())
            if (const auto existing = matches_.organizations_by_name.find(name);
                existing != matches_.organizations_by_name.end())
                return existing->second;
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
        std::vector<std::string> columns = {"organization_id", "source", "external_id", "owner_id"};
        columns.insert(columns.end(), kOrganizationColumns.begin(), kOrganizationColumns.end());
        for (const std::string &key : order_) {
            const PendingOrganization &pending = pending_.at(key);
            std::vector<Value> &values =
                RelationOf(pending.is_new ? "organization_insert" : "organization_update", columns)
                    .rows.Begin(columns.size());
            values.emplace_back(pending.id);
            values.emplace_back(std::string_view(mapping_.format->source));
            values.push_back(pending.external_id.empty() ? Value() : Value(plan_.Keep(pending.external_id)));
            values.push_back(PersonalOwner(ownership_));
            for (const auto &field : pending.fields) values.push_back(Kept(field));
        }
    }

    static void AddText(std::vector<Value> &values, const std::string *text) {
        if (text)
            values.emplace_back(*text);
        else
            values.emplace_back();
    }

    // A text that the planner holds.
    Value Kept(const std::optional<std::string> &text) { return text ? Value(plan_.Keep(*text)) : Value(); }

    void AddBirthDate(std::vector<Value> &values, const std::string *date) {
        const bool year_known = !date || date->compare(0, 2, "--") != 0;
        if (year_known)
            AddText(values, date);
        else
            values.emplace_back(plan_.Keep(std::to_string(kYearUnknown) + date->substr(1)));
        values.emplace_back(year_known);
    }

    // `get` gives the text of a field, null where the contact has none.
    template <class Get>
    void AddFields(std::vector<Value> &values, Get &&get) {
        for (std::size_t f = 0; f < kContactColumns.size(); ++f) {
            const std::string *text = get(f);
            if (f == static_cast<std::size_t>(ContactField::kBirthDate))
                AddBirthDate(values, text);
            else
                AddText(values, text);
        }
    }

    void AddFields(std::vector<Value> &values, const KnownContact &contact) {
        AddFields(values, [&](std::size_t f) {
            return contact.fields[f] ? &plan_.Keep(*contact.fields[f]) : nullptr;
        });
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

    // What the product takes an empty cell for; null: nothing.
    const std::string *FallbackOf(std::size_t field) const {
        const std::string *fallback = nullptr;
        if (field == static_cast<std::size_t>(ContactField::kContactType)) fallback = &default_type_;
        if (field == static_cast<std::size_t>(ContactField::kContactLevel)) fallback = &default_level_;
        return fallback && !fallback->empty() ? fallback : nullptr;
    }

    // What a new contact has in a field.
    const std::string *NewField(const Draft &draft, std::size_t f) const {
        if (draft.fields[f].is_value()) return &draft.fields[f].text;
        if (rules_.defaults && rules_.defaults->fields[f].is_value()) return &rules_.defaults->fields[f].text;
        return FallbackOf(f);
    }

    // The custom values of a new contact, as members of an object in JSON: its own, and the defaults for keys
    // that it says nothing of.
    template <class Get>
    std::string NewCustom(Get &&get) const {
        std::string custom;
        for (std::size_t k = 0; k < mapping_.custom_keys.size(); ++k)
            if (const std::string *value = get(k)) AppendMember(custom, mapping_.custom_keys[k], *value);
        for (const auto &[key, value] : ownership_.default_custom) {
            const auto at = std::find(mapping_.custom_keys.begin(), mapping_.custom_keys.end(), key);
            const auto k = static_cast<std::size_t>(at - mapping_.custom_keys.begin());
            if (at == mapping_.custom_keys.end() || !get(k)) AppendMember(custom, key, value);
        }
        return custom;
    }

    // Of an object in JSON its members.
    void AddCustom(std::vector<Value> &values, const std::string &members) {
        if (members.empty())
            values.emplace_back(std::string_view("{}"));
        else
            values.emplace_back(plan_.Keep('{' + members + '}'));
    }

    // The columns of a new contact before its fields. Its key belongs to a draft or to the plan.
    std::vector<Value> &NewRow(const Uuid &id, const std::string &key,
                               const std::optional<Uuid> &organization) {
        static const std::vector<std::string> kColumns = ContactColumns(
            {"contact_id", "source", "external_id", "visibility", "owner_id", "organization_id"}, {"custom"});
        if (!contact_insert_) {
            contact_insert_ = &RelationOf("contact_insert", kColumns);
            contact_insert_->rows.reserve(drafts_.size(), kColumns.size());
        }
        std::vector<Value> &values = contact_insert_->rows.Begin(kColumns.size());
        values.emplace_back(id);
        values.emplace_back(std::string_view(mapping_.format->source));
        values.push_back(key.empty() ? Value() : Value(key));
        values.emplace_back(std::string_view(ownership_.visibility));
        values.push_back(ownership_.owner_id ? Value(*ownership_.owner_id) : Value());
        values.push_back(organization ? Value(*organization) : Value());
        return values;
    }

    // A new contact that no other record of the batch speaks of.
    void InsertContact(std::size_t row, const Draft &draft, const std::optional<Uuid> &organization) {
        const Uuid id = new_id_();
        plan_.rows[row].outcome = Outcome::kInserted;
        if (plan_.rows[row].cells_hash != 0) seen_here_.Add(plan_.rows[row].cells_hash, draft.record);
        std::vector<Value> &values = NewRow(id, draft.key, organization);
        AddFields(values, [&](std::size_t f) { return NewField(draft, f); });
        AddCustom(values, NewCustom([&](std::size_t k) -> const std::string * {
                      return draft.custom[k].is_value() ? &draft.custom[k].text : nullptr;
                  }));
        int positions[kPartKinds] = {};
        for (const PartChange &change : draft.parts) {
            int &position = positions[static_cast<std::size_t>(change.kind)];
            if (mapping_.slots[static_cast<std::size_t>(change.slot)].list) {
                for (const Part &part : change.list)
                    AddPartRow(id, change.kind, ++position, part.label, true,
                               [&](std::size_t c) { return part.values[c] ? &*part.values[c] : nullptr; });
            } else if (HoldsPart(change)) {
                AddPartRow(id, change.kind, ++position, LabelOf(change), true, [&](std::size_t c) {
                    return change.components[c].is_value() ? &change.components[c].text : nullptr;
                });
            }
        }
    }

    static void AppendMember(std::string &json, const std::string &key, const std::string &value) {
        if (!json.empty()) json += ',';
        json += JsonString(key) + ':' + JsonString(value);
    }

    // Whether a change makes a new part. That a number takes messages says nothing without the number.
    static bool HoldsPart(const PartChange &change) {
        for (std::size_t c = 0; c < change.components.size(); ++c)
            if (change.components[c].is_value() && !(change.kind == PartKind::kPhone && c == kPhoneSms))
                return true;
        return false;
    }

    const std::string &LabelOf(const PartChange &change) const {
        return change.label.empty() ? mapping_.slots[static_cast<std::size_t>(change.slot)].label
                                    : change.label;
    }

    std::optional<Part> NewPart(const PartChange &change) const {
        if (!HoldsPart(change)) return std::nullopt;
        Part part;
        part.label = LabelOf(change);
        for (const Cell &cell : change.components)
            part.values.push_back(cell.is_value() ? std::optional<std::string>(cell.text) : std::nullopt);
        return part;
    }

    // A part that the planner holds.
    void InsertPart(const Uuid &contact, PartKind kind, const Part &part, bool new_contact) {
        AddPartRow(contact, kind, part.position, plan_.Keep(part.label), new_contact,
                   [&](std::size_t c) { return part.values[c] ? &plan_.Keep(*part.values[c]) : nullptr; });
    }

    // `get` gives the text of a component, null where it has none.
    template <class Get>
    void AddPartRow(const Uuid &contact, PartKind kind, int position, const std::string &label,
                    bool new_contact, Get &&get) {
        const PartInfo &info = InfoOf(kind);
        const std::vector<std::string> &columns = PartColumns(kind, true);
        Relation *&relation = part_insert_[static_cast<std::size_t>(kind)];
        if (!relation) relation = &RelationOf(std::string(info.relation) + "_insert", columns);
        std::vector<Value> &values = relation->rows.Begin(columns.size());
        values.emplace_back(contact);
        values.emplace_back(std::int64_t{position});
        // The access columns of a new contact are known; those of an old one its own trigger looks up.
        values.push_back(new_contact ? Value(ownership_.visibility) : Value());
        values.push_back(new_contact && ownership_.owner_id ? Value(*ownership_.owner_id) : Value());
        if (info.label) values.emplace_back(std::string_view(label));
        for (std::size_t c = 0; c < info.values.size(); ++c) AddText(values, get(c));
    }

    void UpdatePart(const Uuid &contact, PartKind kind, const Part &part) {
        const PartInfo &info = InfoOf(kind);
        const std::vector<std::string> &columns = PartColumns(kind, false);
        std::vector<Value> &values =
            RelationOf(std::string(info.relation) + "_update", columns).rows.Begin(columns.size());
        values.emplace_back(contact);
        values.emplace_back(std::int64_t{part.position});
        if (info.label) values.emplace_back(plan_.Keep(part.label));
        for (const auto &value : part.values) values.push_back(Kept(value));
    }

    void DeletePart(const Uuid &contact, PartKind kind, const Part &part) {
        const PartInfo &info = InfoOf(kind);
        Relation &relation = RelationOf(std::string(info.relation) + "_delete",
                                        {"contact_id", kind == PartKind::kGroup ? "name" : "position"});
        relation.rows.push_back(
            {contact, kind == PartKind::kGroup ? Kept(part.values[0]) : Value(std::int64_t{part.position})});
    }

    // A new contact that further records of the batch may change.
    void AddContact(std::size_t row, const Draft &draft, const std::optional<Uuid> &organization) {
        plan_.rows[row].outcome = Outcome::kInserted;
        const Uuid id = new_id_();
        PendingContact &pending = Pend(id);
        pending.is_new = true;
        pending.after.id = id;
        pending.after.external_id = draft.key;
        pending.after.lacks_id = draft.key.empty();
        pending.after.editable = true;
        pending.after.custom.resize(mapping_.custom_keys.size());
        Merge(draft, organization, pending.after);
        for (std::size_t f = 0; f < kContactColumns.size(); ++f)
            pending.after.fields[f] = Copied(NewField(draft, f));
        Remember(draft, id);
    }

    void UpdateContact(std::size_t row, const Draft &draft, const Meant &meant,
                       const std::optional<Uuid> &organization) {
        PendingContact *pending = meant.pending;
        if (!pending) {
            pending = &Pend(meant.known->id);
            pending->before = meant.known;
            pending->after = *meant.known;
        }
        const bool takes_id = TakeId(draft, meant, pending->after);
        if (Merge(draft, organization, pending->after) || takes_id)
            plan_.rows[row].outcome = Outcome::kUpdated;
        if (shared_[row]) Remember(draft, pending->after.id);
    }

    // A contact that was found by something else gets the record's ID, if it has none: the next file's record
    // is found by it, whatever becomes of the address.
    bool TakeId(const Draft &draft, const Meant &meant, KnownContact &contact) const {
        if (!contact.lacks_id || draft.key.empty() || draft.key_uuid == contact.id || IsId(meant.criterion) ||
            !TakesIds(rules_))
            return false;
        contact.lacks_id = false;
        contact.takes_id = true;
        contact.external_id = draft.key;
        return true;
    }

    PendingContact &Pend(const Uuid &id) {
        contact_order_.push_back(id);
        return pending_contacts_[id];
    }

    // Applies what a draft says to a contact. Returns whether anything changes.
    bool Merge(const Draft &draft, const std::optional<Uuid> &organization, KnownContact &contact) {
        const KnownContact base = contact;
        if (organization || draft.clear_organization) contact.organization_id = organization;
        bool changed = contact.organization_id != base.organization_id;
        if (changed)
            contact.organization_name =
                draft.organization ? (*draft.organization)[OrganizationField::kName].text : "";
        // A name as a whole says nothing about the parts that are known.
        const auto holds = [&](ContactField f) {
            return base.fields[static_cast<std::size_t>(f)].has_value();
        };
        const bool names_known =
            draft.whole_name && (holds(ContactField::kFirstName) || holds(ContactField::kMiddleName) ||
                                 holds(ContactField::kLastName));
        for (std::size_t f = 0; f < kContactColumns.size(); ++f) {
            if (names_known && f == static_cast<std::size_t>(ContactField::kFirstName)) continue;
            contact.fields[f] =
                f == static_cast<std::size_t>(ContactField::kWebsites) && !mapping_.format->structured_lists
                    ? ApplyWebsites(draft.fields[f], base.fields[f], mapping_.website_columns,
                                    rules_.clear_empty)
                : draft.fields[f].kind == Cell::Kind::kClear ? Copied(FallbackOf(f))
                                                             : Apply(draft.fields[f], base.fields[f]);
            changed = changed || contact.fields[f] != base.fields[f];
        }
        for (std::size_t k = 0; k < draft.custom.size(); ++k) {
            contact.custom[k] = Apply(draft.custom[k], base.custom[k]);
            changed = changed || contact.custom[k] != base.custom[k];
        }
        const std::vector<const Part *> meant = FindMeant(draft, base);
        for (std::size_t i = 0; i < draft.parts.size(); ++i)
            changed = MergePart(draft.parts[i], base, meant[i], contact) || changed;
        return changed;
    }

    // The contacts that several records may have changed, each once.
    void FlushContacts() {
        for (const Uuid &id : contact_order_) {
            const PendingContact &pending = pending_contacts_.at(id);
            const KnownContact &after = pending.after;
            if (pending.is_new) {
                std::vector<Value> &values = NewRow(id, plan_.Keep(after.external_id), after.organization_id);
                AddFields(values, after);
                AddCustom(values, NewCustom([&](std::size_t k) -> const std::string * {
                              return after.custom[k] ? &*after.custom[k] : nullptr;
                          }));
                for (std::size_t k = 0; k < kPartKinds; ++k)
                    for (const Part &part : after.parts[k])
                        InsertPart(id, static_cast<PartKind>(k), part, true);
            } else {
                WriteChanges(*pending.before, after);
            }
        }
    }

    void WriteChanges(const KnownContact &before, const KnownContact &after) {
        bool changed = after.organization_id != before.organization_id || after.fields != before.fields ||
                       after.takes_id;
        std::string custom;
        std::vector<std::string> removed;
        for (std::size_t k = 0; k < after.custom.size(); ++k) {
            if (after.custom[k] == before.custom[k]) continue;
            changed = true;
            if (after.custom[k])
                AppendMember(custom, mapping_.custom_keys[k], *after.custom[k]);
            else
                removed.push_back(mapping_.custom_keys[k]);
        }
        for (std::size_t k = 0; k < kPartKinds; ++k)
            // A note is no change of the contact.
            if (WritePartChanges(before, after, static_cast<PartKind>(k)))
                changed = changed || static_cast<PartKind>(k) != PartKind::kNote;
        if (!changed) return;
        // A contact whose parts alone changed is touched too: its version and import tell of it.
        static const std::vector<std::string> kColumns = ContactColumns(
            {"contact_id", "organization_id"}, {"custom", "custom_removed", "source", "external_id"});
        std::vector<Value> &values = RelationOf("contact_update", kColumns).rows.Begin(kColumns.size());
        values.emplace_back(after.id);
        values.push_back(after.organization_id ? Value(*after.organization_id) : Value());
        AddFields(values, after);
        AddCustom(values, custom);
        values.emplace_back(&plan_.lists.emplace_back(std::move(removed)));
        values.push_back(after.takes_id ? Value(std::string_view(mapping_.format->source)) : Value());
        values.push_back(after.takes_id ? Value(plan_.Keep(after.external_id)) : Value());
    }

    bool WritePartChanges(const KnownContact &before, const KnownContact &after, PartKind kind) {
        const auto &old_parts = before.parts[static_cast<std::size_t>(kind)];
        const auto &new_parts = after.parts[static_cast<std::size_t>(kind)];
        // Groups have no positions, they are their names, and notes their text.
        const auto same_place = [&](const Part &a, const Part &b) {
            return kind == PartKind::kGroup || kind == PartKind::kNote ? a.values[0] == b.values[0]
                                                                       : a.position == b.position;
        };
        bool changed = false;
        for (const Part &part : old_parts)
            if (std::none_of(new_parts.begin(), new_parts.end(),
                             [&](const Part &other) { return same_place(part, other); })) {
                DeletePart(after.id, kind, part);
                changed = true;
            }
        for (const Part &part : new_parts) {
            const auto old = std::find_if(old_parts.begin(), old_parts.end(),
                                          [&](const Part &other) { return same_place(part, other); });
            if (old == old_parts.end())
                InsertPart(after.id, kind, part, false);
            else if (old->label != part.label || old->values != part.values)
                UpdatePart(after.id, kind, part);
            else
                continue;
            changed = true;
        }
        return changed;
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
        std::unordered_set<const Part *> taken;
        for (const bool by_value : {true, false})
            for (std::size_t i = 0; i < draft.parts.size(); ++i) {
                const PartChange &change = draft.parts[i];
                const Slot &slot = mapping_.slots[static_cast<std::size_t>(change.slot)];
                if (slot.list || meant[i]) continue;
                int place = 0;
                for (const Part &part : known.parts[static_cast<std::size_t>(change.kind)]) {
                    if (!Shows(slot, change.kind, part)) continue;
                    ++place;
                    if (taken.count(&part) > 0) continue;
                    // An emptied cell means what moved up from there, too.
                    if (by_value ? Says(change, part)
                                 : place == change.ordinal || (change.clear && place < change.ordinal)) {
                        meant[i] = &part;
                        taken.insert(&part);
                        break;
                    }
                }
            }
        return meant;
    }

    static std::vector<Part> &PartsOf(KnownContact &contact, PartKind kind) {
        return contact.parts[static_cast<std::size_t>(kind)];
    }

    // Adds a part behind all that the contact has, or had before this record.
    static void AppendPart(const KnownContact &base, PartKind kind, Part part, KnownContact &contact) {
        std::vector<Part> &parts = PartsOf(contact, kind);
        const auto &had = base.parts[static_cast<std::size_t>(kind)];
        part.position =
            std::max(parts.empty() ? 0 : parts.back().position, had.empty() ? 0 : had.back().position) + 1;
        parts.push_back(std::move(part));
    }

    static void RemovePart(PartKind kind, const Part &part, KnownContact &contact) {
        std::erase_if(PartsOf(contact, kind), [&](const Part &p) { return p.position == part.position; });
    }

    static void ReplacePart(PartKind kind, const Part &part, KnownContact &contact) {
        for (Part &held : PartsOf(contact, kind))
            if (held.position == part.position) held = part;
    }

    // Applies a change to `contact`, which was `base` before this record; `found` is the part of `base` that
    // the record means. Returns whether anything changes.
    bool MergePart(const PartChange &change, const KnownContact &base, const Part *found,
                   KnownContact &contact) {
        const Slot &slot = mapping_.slots[static_cast<std::size_t>(change.slot)];
        if (slot.list)
            return change.kind == PartKind::kGroup  ? MergeGroups(change, contact)
                   : change.kind == PartKind::kNote ? AddNotes(change, contact)
                                                    : MergeList(change, base, contact);
        if (!found) {
            std::optional<Part> part = NewPart(change);
            if (!part) return false;
            AppendPart(base, change.kind, *std::move(part), contact);
            return true;
        }
        Part after = *found;
        for (std::size_t c = 0; c < change.components.size(); ++c)
            after.values[c] = Apply(change.components[c], found->values[c]);
        if (change.clear && std::none_of(change.components.begin(), change.components.end(),
                                         [](const Cell &c) { return c.is_value(); })) {
            RemovePart(change.kind, *found, contact);
            return true;
        }
        if (change.kind == PartKind::kPhone) Reconcile(change, *found, after);
        if (!change.label.empty()) after.label = change.label;
        if (after.values == found->values && after.label == found->label) return false;
        if (std::none_of(after.values.begin(), after.values.end(),
                         [](const auto &v) { return v.has_value(); }))
            RemovePart(change.kind, *found, contact);
        else
            ReplacePart(change.kind, after, contact);
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

    bool MergeList(const PartChange &change, const KnownContact &base, KnownContact &contact) {
        const std::vector<Term> &labels = TermsOf(Target::kPhoneList);
        const auto is_list_label = [&](const std::string &label) {
            return std::any_of(labels.begin(), labels.end(),
                               [&](const Term &term) { return label == term.stored; });
        };
        const auto &parts = base.parts[static_cast<std::size_t>(change.kind)];
        bool changed = false;
        for (std::size_t i = 0; i < change.list.size(); ++i) {
            Part part = change.list[i];
            if (i >= parts.size()) {
                AppendPart(base, change.kind, std::move(part), contact);
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
            ReplacePart(change.kind, part, contact);
            changed = true;
        }
        for (std::size_t i = change.list.size(); i < parts.size(); ++i) {
            RemovePart(change.kind, parts[i], contact);
            changed = true;
        }
        return changed;
    }

    static bool MergeGroups(const PartChange &change, KnownContact &contact) {
        std::vector<Part> &parts = PartsOf(contact, change.kind);
        const auto holds = [](const std::vector<Part> &list, const Part &wanted) {
            return std::any_of(list.begin(), list.end(),
                               [&](const Part &part) { return part.values[0] == wanted.values[0]; });
        };
        bool changed = std::erase_if(parts, [&](const Part &part) { return !holds(change.list, part); }) > 0;
        for (const Part &part : change.list)
            if (!holds(parts, part)) {
                parts.push_back(part);
                changed = true;
            }
        return changed;
    }

    // Notes are what happened with a contact: they are added to, and what a file does not say stays.
    static bool AddNotes(const PartChange &change, KnownContact &contact) {
        std::vector<Part> &parts = PartsOf(contact, change.kind);
        bool changed = false;
        for (const Part &part : change.list)
            if (std::none_of(parts.begin(), parts.end(),
                             [&](const Part &held) { return held.values[0] == part.values[0]; })) {
                parts.push_back(part);
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
    const SeenRecords &seen_;  // of earlier batches
    SeenRecords seen_here_;
    Plan plan_;
    const std::string &default_type_, &default_level_;  // of the format
    // Of plan_, for what is written most.
    Relation *contact_insert_ = nullptr;
    Relation *part_insert_[kPartKinds] = {};
    std::map<std::string, PendingOrganization> pending_;
    std::vector<std::string> order_;
    std::vector<bool> shared_;  // drafts that speak of a contact or a value that another one speaks of
    std::map<Uuid, PendingContact> pending_contacts_;
    std::vector<Uuid> contact_order_;
    std::unordered_map<std::string, std::vector<Uuid>> by_value_;  // contacts that the batch wrote
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

bool TakesIds(const Rules &rules) {
    return rules.match_by.size() > 1 && std::find(rules.match_by.begin(), rules.match_by.end(),
                                                  Criterion::kExternalId) != rules.match_by.end();
}

bool ByNameAlone(std::span<const Draft *const> drafts) {
    return std::all_of(drafts.begin(), drafts.end(), [](const Draft *draft) {
        return !draft->organization || (draft->has_contact && draft->organization->external_id.empty());
    });
}

Plan MakeKeys(const Mapping &mapping, const Rules &rules, const Ownership &ownership,
              std::span<const Draft *const> drafts) {
    Plan plan;
    Relation &ids = plan.relations["contact_key"];
    ids.columns = {"row_number", "contact_id", "source", "external_id", "owner_id", "personal"};
    Relation &values = plan.relations["match_key"];
    values.columns = {"row_number", "criterion", "contact_id", "source",  "external_id",
                      "email",      "phone",     "owner_id",   "personal"};
    Relation &organizations = plan.relations["organization_key"];
    organizations.columns = {"row_number", "organization_id", "source", "external_id", "name", "owner_id"};
    const std::string_view source = mapping.format->source;
    const Value owner = ownership.owner_id ? Value(*ownership.owner_id) : Value();
    const bool personal = ownership.visibility == "personal";
    const bool once = ByNameAlone(drafts);
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        const Draft &draft = *drafts[i];
        const auto row = static_cast<std::int64_t>(i);
        if (draft.has_contact && rules.match_by.empty() && !draft.key.empty())
            ids.rows.push_back(
                {row, draft.key_uuid ? Value(*draft.key_uuid) : Value(), source, draft.key, owner, personal});
        if (draft.has_contact && !rules.match_by.empty())
            ForEachValue(draft, rules, [&](std::size_t criterion, std::string_view value) {
                const auto only = [&](Criterion wanted) {
                    return rules.match_by[criterion] == wanted ? Value(value) : Value();
                };
                const bool id = rules.match_by[criterion] == Criterion::kContactId;
                values.rows.push_back({row, static_cast<std::int64_t>(criterion),
                                       id ? Value(*draft.key_uuid) : Value(), source,
                                       only(Criterion::kExternalId), only(Criterion::kEmail),
                                       only(Criterion::kPhone), owner, personal});
            });
        if (draft.organization &&
            (!once || names.insert((*draft.organization)[OrganizationField::kName].text).second)) {
            const std::string &id = draft.organization->external_id;
            const std::optional<Uuid> uuid = ParseUuid(id);
            organizations.rows.push_back(
                {row, uuid ? Value(*uuid) : Value(), source, id.empty() ? Value() : Value(id),
                 id.empty() ? Value((*draft.organization)[OrganizationField::kName].text) : Value(),
                 PersonalOwner(ownership)});
        }
    }
    return plan;
}

std::vector<std::vector<Issue>> FindContactFaults(const Mapping &mapping, const Rules &rules,
                                                  const Ownership &ownership,
                                                  std::span<const Draft *const> drafts,
                                                  const Matches &matches) {
    const std::function<Uuid()> no_id;
    const SeenRecords none;
    return Planner(mapping, rules, ownership, drafts, matches, no_id, none).Check();
}

Plan MakePlan(const Mapping &mapping, const Rules &rules, const Ownership &ownership,
              std::span<const Draft *const> drafts, const Matches &matches,
              const std::function<Uuid()> &new_id, const SeenRecords &seen) {
    return Planner(mapping, rules, ownership, drafts, matches, new_id, seen).Run();
}

}  // namespace contacts
