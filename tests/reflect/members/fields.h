#pragma once

#include <string>
#include <vector>

#include <lithe/lithe.h>

/// The names of all fields, with their kind: `fc1`, `w: parameter`, `empty: null`.
inline std::vector<std::string> field_names(const lithe::ClassDescriptor& descriptor,
                                            void* object) {
    struct Collector : lithe::FieldVisitor {
        void module(const std::string& name,
                    const std::shared_ptr<lithe::nn::Module>& module) override {
            names.push_back(module ? name : name + ": null");
        }
        void tensor(const std::string& name, lithe::Tensor&, lithe::TensorFieldKind kind) override {
            const char* const kinds[] = {": tensor", ": parameter", ": buffer"};
            names.push_back(name + kinds[static_cast<int>(kind)]);
        }
        std::vector<std::string> names;
    } collector;
    lithe::visit_fields(descriptor, object, "", collector);
    return collector.names;
}

template <class Object>
std::vector<std::string> field_names(Object& object) {
    const lithe::ClassDescriptor* descriptor = lithe::find_class(object.class_type());
    if (!descriptor) return {"not registered"};
    return field_names(*descriptor, dynamic_cast<void*>(&object));
}
