// contacts.check_import_profile(jsonb), and the profiles that imports use.
#include "pg/import_profile.h"

extern "C" {
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
}

#include <memory>

#include "pg/spi.h"

namespace contacts::pg {
namespace {

struct Json {
    enum class Kind { kNull, kScalar, kArray, kObject } kind = Kind::kNull;
    std::string text;                                   // of a scalar
    std::vector<std::pair<std::string, Json>> members;  // keys are empty in an array

    const Json *Find(std::string_view key) const {
        for (const auto &[name, value] : members)
            if (name == key) return value.kind == Kind::kNull ? nullptr : &value;
        return nullptr;
    }
};

class JsonReader {
  public:
    explicit JsonReader(Jsonb *json) : iterator_(Call([&] { return JsonbIteratorInit(&json->root); })) {}

    Json Read() {
        Next();
        return ReadValue();
    }

  private:
    void Next() {
        token_ = Call([&] { return JsonbIteratorNext(&iterator_, &value_, false); });
    }

    Json ReadValue() {
        Json json;
        if (token_ == WJB_BEGIN_ARRAY || token_ == WJB_BEGIN_OBJECT) {
            const bool object = token_ == WJB_BEGIN_OBJECT;
            json.kind = object ? Json::Kind::kObject : Json::Kind::kArray;
            for (Next(); token_ != WJB_END_ARRAY && token_ != WJB_END_OBJECT; Next()) {
                std::string key;
                if (object) {
                    key.assign(value_.val.string.val, static_cast<std::size_t>(value_.val.string.len));
                    Next();
                }
                json.members.emplace_back(std::move(key), ReadValue());
            }
            return json;
        }
        json.kind = Json::Kind::kScalar;
        if (value_.type == jbvString)
            json.text.assign(value_.val.string.val, static_cast<std::size_t>(value_.val.string.len));
        else if (value_.type == jbvNumeric)
            json.text = Call([&] {
                return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value_.val.numeric)));
            });
        else if (value_.type == jbvBool)
            json.text = value_.val.boolean ? "true" : "false";
        else
            json.kind = Json::Kind::kNull;
        return json;
    }

    JsonbIterator *iterator_;
    JsonbValue value_{};
    JsonbIteratorToken token_ = WJB_DONE;
};

Error Invalid(std::string message, std::string detail = {}) {
    return Error(Fault{
        "profile_invalid", std::move(message), std::move(detail), {}, sqlstate::kInvalidParameterValue});
}

const Json &ObjectOf(const Json &profile, const char *key) {
    static const Json kNone{Json::Kind::kObject, {}, {}};
    const Json *json = profile.Find(key);
    if (!json) return kNone;
    if (json->kind != Json::Kind::kObject)
        throw Invalid(std::string("\"") + key + "\" of an import profile must be a JSON object");
    return *json;
}

std::string TextOf(const Json &profile, const char *key) {
    const Json *json = profile.Find(key);
    return json ? json->text : std::string();
}

ImportOptions OptionsOf(const Json &profile) {
    ImportOptions options;
    for (const auto &[name, value] : ObjectOf(profile, "options").members) {
        if (name == "format" || name == "file_name" || name == "dry_run")
            throw Invalid("option \"" + name + "\" is one of a single import, not of an import profile");
        if (value.kind == Json::Kind::kNull) continue;
        std::string text = value.text;
        if (value.kind == Json::Kind::kArray)
            for (const auto &[unused, element] : value.members)
                text += (text.empty() ? "" : std::string(1, ImportOptions::SeparatorOf(name))) + element.text;
        if (value.kind == Json::Kind::kObject)
            throw Invalid("option \"" + Quoted(name) + "\" of an import profile must not be an object");
        options.given[name] = text;
    }
    CheckImportOptions(options);
    return options;
}

ProfileDefinition DefinitionOf(const Json &profile) {
    ProfileDefinition definition;
    definition.name = TextOf(profile, "name");
    definition.format = TextOf(profile, "format");
    definition.source = TextOf(profile, "source");
    for (const auto &[header, value] : ObjectOf(profile, "columns").members) {
        ProfileColumn column;
        column.header = header;
        const std::string shown =
            "column \"" + Quoted(header) + "\" of import profile \"" + Quoted(definition.name) + '"';
        if (value.kind == Json::Kind::kArray)
            throw Invalid("invalid " + shown,
                          "A header goes to the name of a field, to {\"field\": …, \"label\": …}, or to "
                          "null: ignored.");
        if (value.kind == Json::Kind::kScalar) column.field = value.text;
        if (value.kind == Json::Kind::kObject) {
            for (const auto &[key, member] : value.members) {
                if (member.kind != Json::Kind::kScalar || (key != "field" && key != "label"))
                    throw Invalid("unknown member \"" + Quoted(key) + "\" for " + shown,
                                  "A column has the members field and label.");
                (key == "field" ? column.field : column.label) = member.text;
            }
        }
        if (value.kind != Json::Kind::kNull && column.field.empty()) throw Invalid("no field for " + shown);
        definition.columns.push_back(std::move(column));
    }
    for (const auto &[field, value] : ObjectOf(profile, "defaults").members) {
        if (value.kind != Json::Kind::kScalar)
            throw Invalid("the default \"" + Quoted(field) + "\" of import profile \"" +
                          Quoted(definition.name) + "\" must be a string");
        definition.defaults.emplace_back(field, value.text);
    }
    return definition;
}

std::shared_ptr<const StoredProfile> ReadProfile(Jsonb *jsonb) {
    const Json json = JsonReader(jsonb).Read();
    if (json.kind != Json::Kind::kObject) throw Invalid("an import profile must be a JSON object");
    auto stored = std::make_shared<StoredProfile>();
    stored->options = OptionsOf(json);
    Result<const Profile *> profile = MakeProfile(DefinitionOf(json));
    if (!profile) throw Error(profile.fault());
    stored->profile = *profile;
    return stored;
}

}  // namespace

std::shared_ptr<const StoredProfile> FindProfile(const std::string &schema, const std::string &name) {
    SpiSession spi;
    const TextRows found = spi.Run("SELECT " + schema + "._import_profile($1)", {name});
    spi.Finish();
    if (found.rows.empty() || !found.rows[0][0]) return nullptr;
    const char *text = found.rows[0][0]->c_str();
    return ReadProfile(
        Call([&] { return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text))); }));
}

}  // namespace contacts::pg

extern "C" {

PG_FUNCTION_INFO_V1(contacts_check_import_profile);

Datum contacts_check_import_profile(PG_FUNCTION_ARGS) {
    using namespace contacts::pg;
    Jsonb *profile = PG_GETARG_JSONB_P(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        ReadProfile(profile);
        return BoolGetDatum(true);
    });
}
}
