"""`make faults`: payments to other banks while everything goes wrong that can, and afterwards every book is judged."""
