#include "core/format/product/product.h"

namespace contacts::product {

// A file that is no product's: headers by their usual names, in several languages. What is unknown is kept in
// custom. "Index" is no ID: it numbers the rows of a file, and an import by it would write over other people.
Format Generic() {
    Format f{};
    f.name = "generic";
    f.title = "a generic file";
    f.source = "generic";
    f.columns = {
        {"ID", "Contact ID|External ID|Record ID|Customer ID|User ID|UID", Target::kContactId},
        {"Prefix", "Name Prefix|Salutation|Honorific|Anrede|Civilité|Tratamiento", Target::kNamePrefix},
        {"First Name",
         "FirstName|Given Name|GivenName|Forename|First|Fname|Vorname|Prénom|Nombre|Nombres|Imię|Primeiro "
         "nome|Имя|名",
         Target::kFirstName},
        {"Middle Name", "MiddleName|Additional Name|Second name|Segundo nombre|Отчество",
         Target::kMiddleName},
        {"Last Name",
         "LastName|Family Name|FamilyName|Surname|Last|Lname|Nachname|Familienname|Nom|Nom de "
         "famille|Apellido|"
         "Apellidos|Cognome|Nazwisko|Sobrenome|Фамилия|姓",
         Target::kLastName},
        {"Suffix", "Name Suffix", Target::kNameSuffix},
        {"Nickname", "Nick Name|Nick|Spitzname|Surnom|Apodo", Target::kNickname},
        {"Phonetic First Name", "Given Yomi|Given Name Yomi", Target::kPhoneticFirstName},
        {"Phonetic Last Name", "Surname Yomi|Family Name Yomi", Target::kPhoneticLastName},
        {"Company",
         "Company Name|Organization|Organisation|Organization Name|Organisation Name|Account "
         "Name|Employer|Business|"
         "Business Name|Firma|Unternehmen|Entreprise|Société|Empresa|Azienda|公司|会社",
         Target::kOrganizationName},
        {"Job Title", "JobTitle|Position|Role|Job|Occupation|Funktion|Poste|Cargo|Puesto|Stanowisko|职位",
         Target::kJobTitle},
        {"Department", "Dept|Abteilung|Departamento|Département|Reparto|部门", Target::kDepartment},
        {"Location", "Office|Standort|Lieu", Target::kLocation},
        {"Email",
         "E-mail|Mail|Email Address|E-mail Address|Primary Email|User Email|Email "
         "1|Email1|E-Mail-Adresse|Correo|"
         "Correo electrónico|Courriel|Adresse e-mail|Adres e-mail|电子邮件|邮箱|メール",
         Target::kEmail, "*other"},
        {"Email 2", "Email2|E-mail 2|Secondary Email|Other Email|Alternate Email", Target::kEmail, "*other",
         false, 0, 0, HeaderCase::kLoose, true, 2},
        {"Email 3", "Email3|E-mail 3", Target::kEmail, "*other", false, 0, 0, HeaderCase::kLoose, true, 3},
        {"Work Email", "Business Email|Office Email|Company Email", Target::kEmail, "work"},
        {"Personal Email", "Home Email|Private Email", Target::kEmail, "personal|home"},
        {"Phone",
         "Phone Number|Phone No|Telephone|Telephone Number|Tel|Phone1|Phone 1|Contact Number|Number|Telefon|"
         "Telefonnummer|Téléphone|Teléfono|Telefono|Telefone|Телефон|電話|电话",
         Target::kPhone, "*other"},
        {"Phone 2", "Phone2|Tel 2|Other Phone|Secondary Phone|Alternate Phone", Target::kPhone, "*other",
         false, 0, 0, HeaderCase::kLoose, true, 2},
        {"Work Phone", "Business Phone|Office Phone|Direct Phone|Company Phone", Target::kPhone, "work"},
        {"Mobile Phone",
         "Mobile|Mobile Number|Mobile No|Cell|Cell Phone|Cellphone|Handy|Mobiltelefon|GSM|WhatsApp "
         "Number|Portable|"
         "Celular|Móvil|Cellulare|手机",
         Target::kPhone, "mobile|cell"},
        {"Home Phone", "Home|Private Phone|Landline", Target::kPhone, "home"},
        {"Fax", "Fax Number|Telefax|Télécopie", Target::kPhone, "fax|work fax|home fax|other fax"},
        {"Street",
         "Address|Address 1|Address1|Address Line 1|Street "
         "Address|Straße|Strasse|Adresse|Rue|Calle|Dirección",
         Target::kStreet, "*other"},
        {"Street 2", "Address 2|Address2|Address Line 2", Target::kStreet2, "*other"},
        {"City", "Town|City/Town|Locality|Ort|Stadt|Ville|Ciudad|Città|Cidade|Miasto", Target::kCity,
         "*other"},
        {"State", "Province|Region|County|State/Province|State/Region|Bundesland|Provincia|Estado",
         Target::kRegion, "*other"},
        {"Postal Code",
         "Zip|Zip Code|ZipCode|Zip/Postal Code|Postal|Post|Postcode|PLZ|Postleitzahl|Code postal|"
         "Código postal|CAP|CEP",
         Target::kPostalCode, "*other"},
        {"Country", "Country/Region|Country Name|Land|Pays|País|Paese|Kraj", Target::kCountry, "*other"},
        {"Website", "Web|Web Site|Web Page|Webpage|Homepage|URL|Webseite", Target::kWebsites},
        {"Birthday",
         "Birth Date|Birthdate|Date of Birth|DOB|Geburtstag|Geburtsdatum|Date de naissance|Cumpleaños",
         Target::kBirthDate},
        {"Language", "Preferred Language|Sprache|Langue|Idioma", Target::kLanguage},
        {"Groups", "Group|Tag|Tags|Labels|Category|Categories", Target::kGroups},
        {"LinkedIn", "LinkedIn URL|LinkedIn Profile", Target::kSocial, "linkedin"},
        {"Twitter", "Twitter Handle", Target::kSocial, "twitter"},
        {"Facebook", "", Target::kSocial, "facebook"},
        {"Notes", "Note|Comment|Comments|Description|Remark|Remarks|Notizen|Bemerkung|Commentaires|Notas",
         Target::kNotes},
    };
    for (const Column &column : std::vector<Column>{
             {"Full Name",
              "Name|FullName|Contact Name|Contact|Lead Name|Customer Name|Client Name|Display Name|File As|"
              "Nom complet|Nombre completo|Nome completo|姓名|氏名",
              Target::kDisplayName},
             {"Title", "", Target::kTitle},
             {"Work Fax", "Business Fax", Target::kPhone, "work fax"},
             {"Home Fax", "", Target::kPhone, "home fax"},
         })
        f.columns.push_back(Hidden(column));
    Repeat(
        f.columns, 0,
        {{"Email #", "E-mail #", Target::kEmail, "*other"}, {"Phone #", "Tel #", Target::kPhone, "*other"}});
    f.mode = Mode::kUpsert;
    f.visibility = "restricted";
    f.phones = PhoneRule::kRegional;
    f.dates = DateOrder::kYearMonthDay;
    f.splits_readable = true;
    f.needs_identity = true;
    return f;
}

}  // namespace contacts::product
