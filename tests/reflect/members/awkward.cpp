// Classes whose names are hard to write, and globals that ask early.
#include "blocks.h"
#include "fields.h"

namespace awkward {

enum class Kind { a, b };
struct Size {
    int width;
    char letter;
    bool operator==(const Size&) const = default;
};
int counter;

template <auto value>
struct ByValue : lithe::nn::Module {
    lithe::nn::Linear fc;
};

template <template <class...> class Container, class... Elements>
struct ByTemplate : lithe::nn::Module {
    Container<Elements...> parts;
};

template <class T>
struct Specialised : lithe::nn::Module {};
template <>
struct Specialised<int> : lithe::nn::Module {
    lithe::nn::Linear full;
};
template <class T>
struct Specialised<T*> : lithe::nn::Module {
    lithe::nn::Linear partial;
};

template <class Derived>
struct Curious : lithe::nn::Module {
    lithe::nn::Linear from_base;
};
class Recursive : public Curious<Recursive> {
    lithe::nn::Linear own;
};

/// Named by a pointer, never made, and it could not be.
template <class T>
struct Impossible : lithe::nn::Module {
    static_assert(sizeof(T) == 0);
    lithe::nn::Linear fc;
};
extern Impossible<int>* impossible;

typedef struct : lithe::nn::Module {
    lithe::nn::Linear fc;
} NamedByTypedef;

class Guarded final : protected lithe::nn::Module {
    class Secret : public lithe::nn::Module {
        template <class T>
        struct Deep : lithe::nn::Module {
            T value;
        };
        Deep<lithe::nn::Linear> deep;
        friend struct Opener;
    };
    Secret secret;
    friend struct Opener;
};

struct Opener {
    static std::vector<std::string> guarded() {
        Guarded guarded;
        return field_names(*lithe::find_class(typeid(Guarded)), &guarded);
    }
    static std::vector<std::string> deep() {
        Guarded::Secret secret;
        return field_names(secret.deep);
    }
};

struct [[deprecated]] Old : lithe::nn::Module {
    [[deprecated]] lithe::nn::Linear fc;
};

struct Abstract : lithe::nn::Module {
    virtual lithe::Tensor forward(lithe::Tensor x) = 0;
    lithe::nn::Linear fc;
};
struct Concrete : Abstract {
    lithe::Tensor forward(lithe::Tensor x) override { return x; }
};

extern "C++" {
struct Linked : lithe::nn::Module {
    [[no_unique_address]] lithe::nn::Linear fc;
    alignas(64) lithe::nn::Linear größe;
};
}

template <class Object>
std::vector<std::string> fields_of() {
    Object object;
    return field_names(object);
}

}  // namespace awkward

std::vector<std::vector<std::string>> awkward_fields() {
    using namespace awkward;
    return {
        fields_of<ByValue<Kind::b>>(),
        fields_of<ByValue<-3L>>(),
        fields_of<ByValue<'x'>>(),
        fields_of<ByValue<true>>(),
        fields_of<ByValue<7U>>(),
        fields_of<ByValue<nullptr>>(),
        fields_of<ByValue<&counter>>(),
        fields_of<ByValue<Size{3, 'y'}>>(),
        fields_of<ByTemplate<std::tuple, lithe::nn::Linear, int, lithe::nn::Linear>>(),
        fields_of<Specialised<int>>(),
        fields_of<Specialised<const char*>>(),
        fields_of<Recursive>(),
        fields_of<NamedByTypedef>(),
        fields_of<Concrete>(),
        fields_of<Linked>(),
        Opener::guarded(),
        Opener::deep(),
    };
}

extern const std::vector<std::string> names_before_main;
const std::vector<std::string> names_before_main = awkward::fields_of<awkward::Recursive>();
