#include "dsl/tracer.h"

#include <execinfo.h>

namespace lithe {
namespace {

thread_local Tracer* current_tracer = nullptr;

}  // namespace

Tracer* Tracer::current() { return current_tracer; }

Tracer::Scope::Scope(Tracer* tracer) : previous_(current_tracer) { current_tracer = tracer; }
Tracer::Scope::~Scope() { current_tracer = previous_; }

std::vector<void*> capture_stack(int most) {
    std::vector<void*> stack(static_cast<size_t>(most));
    stack.resize(static_cast<size_t>(backtrace(stack.data(), most)));
    return stack;
}

}  // namespace lithe
