#pragma once

#include <map>
#include <string>
#include <vector>

#include "dsl/module.h"
#include "dsl/value.h"

namespace lithe::tracing {

/// The tensors in the fields of a model's modules, as they were before forward() ran on symbolic
/// ones: what it wrote or put there is told, and taken back.
class Fields {
public:
    explicit Fields(const nn::Module& root);

    struct Change {
        std::string path;  ///< `encoder.hidden`
        Tensor before;     ///< undefined where the field was empty
        Tensor now;
    };
    /// The fields whose values are others now, in the order of the modules.
    std::vector<Change> changes() const;

    /// Puts tensors into fields by their paths.
    void put(const std::map<std::string, Tensor>& tensors) const;

    /// Gives every field its tensor again, and the tensor its value; an element that a container
    /// has more is left undefined.
    void restore() const;

private:
    struct Field {
        Tensor tensor;
        ValuePtr value;
    };
    struct Owner {
        std::string path;
        nn::ModulePtr module;
        std::map<std::string, Field> fields;
    };

    template <class Visit>
    static void visit(const Owner& owner, Visit visit);

    std::vector<Owner> owners_;
};

}  // namespace lithe::tracing
