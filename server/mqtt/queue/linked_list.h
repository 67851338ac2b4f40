#ifndef DINO_SERVER_MQTT_QUEUE_LINKED_LIST_H_
#define DINO_SERVER_MQTT_QUEUE_LINKED_LIST_H_

namespace dino::mqtt {

// A doubly linked list through the items themselves, by their members `previous`, `next` and
// `list`: every operation is O(1) and allocates nothing. An item is in at most one list. Does not
// own its items; not thread-safe.
template <typename Item>
class LinkedList {
 public:
  LinkedList() = default;
  LinkedList(const LinkedList&) = delete;
  LinkedList& operator=(const LinkedList&) = delete;

  bool empty() const { return front_ == nullptr; }
  // The first item, or null.
  Item* front() const { return front_; }

  // REQUIRES: `item` is in no list.
  void PushBack(Item& item) {
    item.list = this;
    item.previous = back_;
    item.next = nullptr;
    (back_ == nullptr ? front_ : back_->next) = &item;
    back_ = &item;
  }

  // REQUIRES: `item` is in this list.
  void Erase(Item& item) {
    (item.previous == nullptr ? front_ : item.previous->next) = item.next;
    (item.next == nullptr ? back_ : item.next->previous) = item.previous;
    item.list = nullptr;
    item.previous = nullptr;
    item.next = nullptr;
  }

  // Takes the first item out; null if there is none.
  Item* PopFront() {
    Item* const item = front_;
    if (item != nullptr) Erase(*item);
    return item;
  }

 private:
  Item* front_ = nullptr;
  Item* back_ = nullptr;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_LINKED_LIST_H_
