#pragma once

// The fields of the author's Module classes, as lithe-reflect found them. Light on purpose: every
// source that went through lithe-reflect includes it, and no container needs its header here.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

namespace lithe {

class Tensor;
namespace nn {
class Module;
}

/// What a field that holds a tensor was declared as. A plain `Tensor` is a parameter if it wants a
/// gradient, and otherwise neither parameter nor buffer. A `declared_buffer` is an object of
/// nn::Buffer, which knows whether it is persistent.
enum class TensorFieldKind { plain, parameter, buffer, declared_buffer };

/// Is shown the fields of an object, one call each, in declaration order; containers are unfolded.
class FieldVisitor {
public:
    virtual ~FieldVisitor() = default;

    /// A module; null where the holder, pointer or optional is empty. Shares ownership where the
    /// field does; for a module held by value or by unique_ptr the pointer owns nothing.
    virtual void module(const std::string& name, const std::shared_ptr<nn::Module>& module) = 0;

    virtual void tensor(const std::string& name, Tensor& tensor, TensorFieldKind kind) = 0;

    /// Asked before a holder or shared pointer is shown: what is given takes its place.
    virtual std::shared_ptr<nn::Module> replacement(const std::string& /*name*/) { return nullptr; }
    /// The replacement is not of the field's class, which stays as it is.
    virtual void refused(const std::string& /*name*/) {}
};

struct FieldDescriptor {
    std::string name;
    int line = 0;  ///< in ClassDescriptor::file
    /// Shows the field of `object`, which has the described class, under `name`.
    void (*visit)(void* object, const std::string& name, FieldVisitor& visitor) = nullptr;
};

struct BaseDescriptor {
    std::type_index type;
    void* (*upcast)(void* object) = nullptr;  ///< from the described class to this base
};

struct ClassDescriptor {
    std::type_index type;
    std::string name;  ///< as written, qualified: `vision::ResNet`
    std::string file;
    int line = 0;
    bool is_complete = true;  ///< false: a pointer's target was only declared, so it is left out
    std::vector<BaseDescriptor> bases;    ///< those that may have fields, in declaration order
    std::vector<FieldDescriptor> fields;  ///< its own, in declaration order
};

/// Makes a class known, for good; called before main(). Every source that includes the class's
/// header registers it again, which changes nothing, but that a complete descriptor replaces
/// another.
void register_class(ClassDescriptor descriptor);

/// The descriptor of a class, or null if no source with this class went through lithe-reflect.
/// Errors: reflect.conflict, where two sources disagree on the fields of the class.
const ClassDescriptor* find_class(std::type_index type);

/// Shows all fields of `object`, an object of the described class: first those of its bases. Every
/// name gets `prefix` in front. For a polymorphic `object`, `typeid(object)` and
/// `dynamic_cast<void*>(&object)` belong together.
/// Errors: reflect.conflict.
void visit_fields(const ClassDescriptor& descriptor, void* object, const std::string& prefix,
                  FieldVisitor& visitor);

namespace reflect {

template <class T>
concept ModuleType = std::derived_from<T, nn::Module>;

template <class T>
concept TensorType = std::derived_from<T, Tensor>;

/// `nn::ModuleHolder<Impl>` and what derives from it.
template <class T>
concept Holder = requires(T& holder) {
    { holder.ptr() } -> std::convertible_to<std::shared_ptr<nn::Module>>;
};

template <class T>
concept SmartPointer = requires(T& pointer) {
    typename T::element_type;
    { pointer.get() } -> std::convertible_to<const volatile void*>;
};

template <class T>
concept SharedPointer = SmartPointer<T> && requires(T& pointer) { pointer.use_count(); };

template <class T>
concept Optional = requires(T& optional) {
    { optional.has_value() } -> std::same_as<bool>;
    *optional;
};

template <class T>
concept Range = requires(T& range) {
    range.begin();
    range.end();
};

template <class T>
concept Map = Range<T> && requires { typename T::mapped_type; };

template <class T>
concept SortedMap = Map<T> && requires { typename T::key_compare; };

template <class T>
concept Variant = requires(T& variant) { variant.valueless_by_exception(); };

template <class T>
concept TupleLike = requires { std::tuple_size<T>::value; };

/// Whether a field of this type can lead to a module or tensor; false for numbers, strings and
/// containers of them. Any other class may be a struct of the author's.
template <class T>
constexpr bool may_hold() {
    if constexpr (ModuleType<T> || TensorType<T> || Holder<T>) {
        return true;
    } else if constexpr (std::is_array_v<T>) {
        return may_hold<std::remove_extent_t<T>>();
    } else if constexpr (Map<T>) {
        return may_hold<typename T::mapped_type>();
    } else if constexpr (Range<T>) {
        using Element = typename T::value_type;
        if constexpr (std::same_as<Element, T>) {
            return false;  // std::filesystem::path
        } else {
            return may_hold<Element>();
        }
    } else {
        return std::is_class_v<T>;
    }
}

/// A `nn::Parameter` or `nn::Buffer` says what it is in a constant `field_kind`.
template <class T>
constexpr TensorFieldKind tensor_kind() {
    if constexpr (requires { T::field_kind; }) {
        return T::field_kind;
    } else {
        return TensorFieldKind::plain;
    }
}

template <class Key>
std::string key_name(const Key& key) {
    if constexpr (std::is_enum_v<Key>) {
        return std::to_string(static_cast<std::underlying_type_t<Key>>(key));
    } else if constexpr (std::integral<Key>) {
        return std::to_string(key);
    } else {
        return std::string(std::string_view(key));
    }
}

}  // namespace reflect

template <class T>
void visit_field(FieldVisitor& visitor, const std::string& name, T& field);

namespace reflect {

/// Puts what the visitor wants in the place of a module that is held by a shared pointer.
template <class Pointee, class T>
void replace_pointee(FieldVisitor& visitor, const std::string& name, T& field) {
    const std::shared_ptr<nn::Module> other = visitor.replacement(name);
    if (!other) return;
    if (auto typed = std::dynamic_pointer_cast<Pointee>(other)) {
        field = std::move(typed);
    } else {
        visitor.refused(name);
    }
}

template <class T>
void visit_holder(FieldVisitor& visitor, const std::string& name, T& holder) {
    if constexpr (requires { typename T::ContainedType; }) {
        replace_pointee<typename T::ContainedType>(visitor, name, holder);
    }
    if constexpr (requires { holder.is_empty(); }) {
        if (holder.is_empty()) return visitor.module(name, nullptr);
    }
    visitor.module(name, holder.ptr());
}

template <class T>
void visit_pointee(FieldVisitor& visitor, const std::string& name, T& pointer) {
    using Pointee = typename T::element_type;
    if constexpr (ModuleType<Pointee> && SharedPointer<T>) {
        replace_pointee<Pointee>(visitor, name, pointer);
        visitor.module(name, std::const_pointer_cast<std::remove_const_t<Pointee>>(pointer));
    } else if (pointer) {
        visit_field(visitor, name, *pointer);
    } else if constexpr (ModuleType<Pointee>) {
        visitor.module(name, nullptr);
    }
}

template <class T>
void visit_map(FieldVisitor& visitor, const std::string& name, T& map) {
    if constexpr (SortedMap<T>) {
        for (auto& [key, value] : map) visit_field(visitor, name + "." + key_name(key), value);
    } else {
        std::vector<typename T::value_type*> entries;  // hash order would change the keys' order
        for (auto& entry : map) entries.push_back(&entry);
        std::sort(entries.begin(), entries.end(),
                  [](const auto* a, const auto* b) { return a->first < b->first; });
        for (auto* entry : entries) {
            visit_field(visitor, name + "." + key_name(entry->first), entry->second);
        }
    }
}

template <class Elements>
void visit_elements(FieldVisitor& visitor, const std::string& name, Elements& elements) {
    std::size_t i = 0;
    for (auto& element : elements) visit_field(visitor, name + "." + std::to_string(i++), element);
}

template <class T, std::size_t... I>
void visit_tuple(FieldVisitor& visitor, const std::string& name, T& tuple,
                 std::index_sequence<I...>) {
    using std::get;
    (visit_field(visitor, name + "." + std::to_string(I), get<I>(tuple)), ...);
}

/// A struct that is no Module: its fields come as fields of the module, `name.field`.
template <class T>
void visit_struct(FieldVisitor& visitor, const std::string& name, T& object) {
    if (const ClassDescriptor* descriptor = find_class(typeid(T))) {
        visit_fields(*descriptor, &object, name + ".", visitor);
    }
}

}  // namespace reflect

/// Shows a field, or what it contains: `name.0`, `name.1` for the elements of sequences and tuples,
/// `name.key` for those of maps (by sorted key), `name` itself for what pointers and optionals
/// hold. What can hold neither a module nor a tensor is passed over.
template <class T>
void visit_field(FieldVisitor& visitor, const std::string& name, T& field) {
    using Plain = std::remove_cv_t<T>;
    if constexpr (std::is_const_v<T>) {
        // A const holder or container says nothing of the module behind it.
        visit_field(visitor, name, const_cast<Plain&>(field));
    } else if constexpr (reflect::ModuleType<T>) {
        // An aliasing pointer without owner.
        visitor.module(name, std::shared_ptr<nn::Module>(std::shared_ptr<void>(), &field));
    } else if constexpr (reflect::TensorType<T>) {
        visitor.tensor(name, field, reflect::tensor_kind<T>());
    } else if constexpr (reflect::Holder<T>) {
        reflect::visit_holder(visitor, name, field);
    } else if constexpr (!reflect::may_hold<T>()) {
        return;
    } else if constexpr (reflect::SmartPointer<T>) {
        reflect::visit_pointee(visitor, name, field);
    } else if constexpr (reflect::Optional<T>) {
        if (field.has_value()) visit_field(visitor, name, *field);
    } else if constexpr (reflect::Map<T>) {
        reflect::visit_map(visitor, name, field);
    } else if constexpr (reflect::Range<T> || std::is_array_v<T>) {
        reflect::visit_elements(visitor, name, field);
    } else if constexpr (reflect::Variant<T>) {
        visit([&](auto& alternative) { visit_field(visitor, name, alternative); }, field);
    } else if constexpr (reflect::TupleLike<T>) {
        reflect::visit_tuple(visitor, name, field,
                             std::make_index_sequence<std::tuple_size_v<T>>());
    } else if constexpr (std::is_class_v<T>) {
        reflect::visit_struct(visitor, name, field);
    }
}

namespace reflect {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // an author's field may be deprecated

template <class M>
struct MemberPointer;
template <class Object, class Field>
struct MemberPointer<Field Object::*> {
    using object = Object;
};

template <auto Member>
void visit_member(void* object, const std::string& name, FieldVisitor& visitor) {
    using Object = typename MemberPointer<decltype(Member)>::object;
    visit_field(visitor, name, static_cast<Object*>(object)->*Member);
}

template <class Class, class Base>
void* upcast(void* object) {
    return (Base*)static_cast<Class*>(object);  // the C cast reaches private bases too
}

template <class... Types>
struct Bases {};

struct FieldSite {
    const char* name;
    int line;
};

/// Defines `register_described(Site)`, which registers a class. Generated code instantiates it
/// explicitly, since names in an explicit instantiation are not subject to access checks, and calls
/// the function before main(). `Site` holds what is written in the source: `name`, `file`, `line`,
/// `is_complete` and `fields`, an array of `FieldSite` for the `Members`.
template <class Site, class Class, class BaseList, auto... Members>
struct Registrar;

template <class Site, class Class, class... BaseTypes, auto... Members>
struct Registrar<Site, Class, Bases<BaseTypes...>, Members...> {
    friend void register_described(Site) {
        ClassDescriptor descriptor{.type = typeid(Class),
                                   .name = Site::name,
                                   .file = Site::file,
                                   .line = Site::line,
                                   .is_complete = Site::is_complete,
                                   .bases = {{typeid(BaseTypes), upcast<Class, BaseTypes>}...},
                                   .fields = {}};
        [[maybe_unused]] std::size_t i = 0;
        ((descriptor.fields.push_back(
              {Site::fields[i].name, Site::fields[i].line, visit_member<Members>}),
          ++i),
         ...);
        register_class(std::move(descriptor));
    }
};

#pragma GCC diagnostic pop

}  // namespace reflect
}  // namespace lithe
