#include "core/name/skeleton.h"

#include <utility>

#include "core/name/letters.h"
#include "core/name/word.h"

namespace contacts::name {

using std::string;
using std::string_view;

string Skeleton(string_view latin, bool v_is_vowel, bool silent_h_last) {
    if (latin.size() < 2) return {};
    string out;
    bool silent_h = false;
    char last = 0;  // to write a doubled letter once, but not two that a vowel parts
    for (std::size_t i = 0; i < latin.size(); ++i) {
        const char c = latin[i];
        const char next = i + 1 < latin.size() ? latin[i + 1] : '\0';
        if (static_cast<unsigned char>(c) >= 0x80) return {};
        char sound = c;
        bool two = false;
        switch (c) {
            case 'a':
            case 'e':
            case 'i':
            case 'o':
            case 'u':
                sound = 0;
                break;
            case 'y':
            case 'w':
                sound = i == 0 ? c : 0;
                break;
            case 'v':
                sound = v_is_vowel && i > 0 ? 0 : 'b';
                break;
            case 'c':
                sound = next == 'h' ? 'h' : 'k';
                two = next == 'h' || next == 'k';
                break;
            case 'k':
                sound = next == 'h' ? 'h' : 'k';
                two = next == 'h';
                break;
            case 'q':
                sound = 'k';
                break;
            case 's':
            case 'd':
            case 'g':
                two = next == 'h';
                break;
            case 't':
                sound = next == 'z' || next == 's' ? 'z' : 't';
                two = next == 'h' || next == 'z' || next == 's';
                break;
            case 'p':
                sound = 'f';
                two = next == 'h';
                break;
            case 'x':  // Laxmi
                if (last != 'k') out += 'k';
                last = 'k';
                sound = 's';
                break;
            default:
                break;
        }
        if (sound == 'j') sound = 'g';
        if (two) ++i;
        if (sound != 0 && sound != last) out += sound;
        last = sound;
        silent_h = c == 'h';
    }
    // A last h is often silent or left out; what is left is a prefix of the rest.
    if ((out.size() > 2 || (out.size() == 2 && silent_h_last)) && silent_h && out.back() == 'h')
        out.pop_back();
    if (out.empty()) return {};
    // One consonant says too little without the vowel before or behind it: Ali and Lee.
    if (out.size() == 1) {
        if (latin.size() < 3 && !silent_h_last) return {};
        if (IsVowel(latin[0]))
            out.insert(0, 1, 'a');
        else
            out += 'a';
    }
    CutKey(out);
    return out;
}

void AddSkeleton(std::vector<string> &keys, string_view latin, bool v_is_vowel, bool silent_h) {
    string skeleton = Skeleton(latin, v_is_vowel, silent_h);
    if (!skeleton.empty()) AddKey(keys, kSkeletonMark + std::move(skeleton));
}

}  // namespace contacts::name
