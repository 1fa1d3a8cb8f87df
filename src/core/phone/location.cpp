#include <array>
#include <initializer_list>
#include <string>

#include <dlfcn.h>
#include <phonenumbers/geocoding/phonenumber_offline_geocoder.h>
#include <unicode/locid.h>

#include "core/phone/library.h"
#include "core/phone/metadata.h"

// The geocoder's tables are pointers, half a million of them, which the dynamic linker writes into 4 MB of
// every process that is linked with it, for 8 ms. So it is not: libgeocoding is loaded when a location is
// asked for the first time. Its class has no C interface; the names are those that the Itanium C++ ABI gives
// to the members of i18n::phonenumbers::PhoneNumberOfflineGeocoder, a member function being called as one
// with `this` in front.
#define CONTACTS_TEXT_OF(x) #x
#define CONTACTS_TEXT(x) CONTACTS_TEXT_OF(x)

namespace contacts {
namespace {

constexpr char kIcuNamespace[] = CONTACTS_TEXT(U_ICU_NAMESPACE);
constexpr char kClass[] = "4i18n12phonenumbers26PhoneNumberOfflineGeocoder";

class Geocoder {
  public:
    Geocoder() {
        Library();  // sets the logger that the geocoder uses too
        void *library = Load();
        const std::string member = std::string("_ZNK") + kClass + "23GetDescriptionForNumber";
        const std::string arguments = "ERKNS0_11PhoneNumberERKN" + std::to_string(sizeof kIcuNamespace - 1) +
                                      kIcuNamespace + "6LocaleE";
        const auto construct =
            reinterpret_cast<void (*)(void *)>(Find(library, {std::string("_ZN") + kClass + "C1Ev"}));
        describe_ =
            reinterpret_cast<Describe>(Find(library, {member + "B5cxx11" + arguments, member + arguments}));
        construct(object_.data());
    }

    std::string Description(const library::PhoneNumber &number, const icu::Locale &language) const {
        return describe_(object_.data(), number, language);
    }

  private:
    using Describe = std::string (*)(const void *, const library::PhoneNumber &, const icu::Locale &);

    // Beside libphonenumber, with the same version behind its name.
    static void *Load() {
        constexpr std::string_view kPhoneNumber = "libphonenumber", kGeocoding = "libgeocoding";
        Dl_info info;
        std::string path;
        if (dladdr(reinterpret_cast<const void *>(&library::PhoneNumberUtil::GetInstance), &info) != 0 &&
            info.dli_fname)
            path = info.dli_fname;
        if (const std::size_t at = path.rfind(kPhoneNumber); at != std::string::npos)
            path.replace(at, kPhoneNumber.size(), kGeocoding);
        for (const std::string &file : {path, std::string("libgeocoding.so")})
            if (void *library = file.empty() ? nullptr : dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL))
                return library;
        throw Error({.code = "phone_geocoder_missing",
                     .message = "could not load libphonenumber's geocoder",
                     .detail = "There is no libgeocoding of the version of the installed libphonenumber.",
                     .hint = {},
                     .sqlstate = sqlstate::kInternalError});
    }

    static void *Find(void *library, std::initializer_list<std::string> names) {
        for (const std::string &name : names)
            if (void *symbol = dlsym(library, name.c_str())) return symbol;
        throw Error(sqlstate::kInternalError, "the installed libgeocoding has another interface");
    }

    Describe describe_ = nullptr;
    // Stays for as long as the process.
    alignas(library::PhoneNumberOfflineGeocoder)
        std::array<unsigned char, sizeof(library::PhoneNumberOfflineGeocoder)> object_;
};

}  // namespace

std::string PhoneLocation(const Phone &phone, std::string_view locale) {
    const auto number = ToLibrary(phone);
    if (!number) return {};
    static const Geocoder geocoder;
    icu::Locale language(std::string(locale).c_str());
    if (language.isBogus() || *language.getLanguage() == '\0') language = icu::Locale::getEnglish();
    return geocoder.Description(*number, language);
}

}  // namespace contacts
