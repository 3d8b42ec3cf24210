#include <functional>
#include <map>
#include <set>

#include <lithe/lithe.h>

using namespace lithe;

struct Part {
    nn::Linear fc;
};

template <class T>
class Box {
    T* inside = nullptr;
};

struct Wrong : nn::Module {
    std::set<std::shared_ptr<nn::Module>> set;
    std::map<double, nn::Linear> by_number;
    std::shared_ptr<Part> shared_struct;
    std::unique_ptr<nn::LinearImpl[]> array;
    Box<nn::Linear> box;
    struct {
        nn::Linear fc;
    } unnamed;
    struct {
        nn::Linear inside;
    };
    struct Inner {
        std::multimap<int, nn::Linear> deep;
        nn::Linear fine;
    } inner;
    std::set<std::shared_ptr<nn::Module>> allowed;  // NOLINT(reflect.unnamed_field)
};

struct Right : nn::Module {
    std::function<Tensor(nn::Linear)> function;
    std::weak_ptr<nn::LinearImpl> weak;
    std::set<int> numbers;
    Right* parent = nullptr;
};
