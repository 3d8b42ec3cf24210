#include "dsl/ivalue.h"

#include "runtime/error.h"

namespace lithe {

void IValue::fail() {
    throw UserError("function.saved",
                    "autograd: a saved value is read as another type than it was saved as");
}

}  // namespace lithe
